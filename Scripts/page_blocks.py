"""The blocks of a page that show commands."""
import re

# Words of <!-- not run: WORD -->, and what they say.
SKIPS = {
    "public data": "reads data sets that are not bundled",
    "long": "takes more than a few seconds",
    "builds": "builds, measures or installs the program itself",
    "elsewhere": "needs another machine, program or project",
}


class Block:
    def __init__(self, page, line, kind, lines, skip):
        self.page, self.line, self.kind, self.lines, self.skip = page, line, kind, lines, skip

    def commands(self):
        """(first line of its output, last, text, printed lines or None, exit code), lines counted from the block's first."""
        if self.kind == "sh":
            yield from sh_commands(self.lines)
            return
        place = 0
        while place < len(self.lines):
            start = place
            if not self.lines[place].startswith("$ "):
                raise ValueError(f"{self.page}:{self.line + place}: a console block begins with a command behind \"$ \"")
            text = self.lines[place][2:]
            while text.endswith("\\") and place + 1 < len(self.lines):
                place += 1
                text = text[:-1] + self.lines[place].lstrip("> ")
            place += 1
            printed = place
            while place < len(self.lines) and not self.lines[place].startswith("$ "): place += 1
            code = re.search(r"#.*\bexit (\d+)", text)
            yield printed, place, text, self.lines[printed:place] or None, int(code[1]) if code else 0


def sh_commands(lines):
    text = ""
    for line in lines:
        text += line + "\n"
        if line.endswith("\\") or not line.strip(): continue
        if not text.strip().startswith("#"):
            code = re.search(r"#.*\bexit (\d+)", text)
            yield 0, 0, text.strip(), None, int(code[1]) if code else 0
        text = ""


def blocks(page, text):
    """The blocks of a page that show commands."""
    lines, place, skip = text.split("\n"), 0, None
    while place < len(lines):
        mark = re.fullmatch(r"<!-- not run: (.*) -->", lines[place])
        if mark:
            if mark[1] not in SKIPS: raise ValueError(f"{page}:{place + 1}: \"{mark[1]}\" is no word of SKIPS")
            skip = mark[1]
        elif lines[place].startswith("```"):
            kind, start = lines[place][3:].split(" ")[0], place + 1
            place = start
            while lines[place] != "```": place += 1
            inside = lines[start:place]
            if kind in ("sh", "console"):
                yield Block(page, start + 1, kind, inside, skip)
            elif any(line.startswith(("berth ", "$ ")) for line in inside):
                raise ValueError(f"{page}:{start + 1}: commands stand in a console or sh block")
            elif skip:
                raise ValueError(f"{page}:{start}: \"not run\" stands above a block without commands")
            skip = None
        elif lines[place].startswith("    berth "):
            raise ValueError(f"{page}:{place + 1}: commands stand in a console or sh block")
        place += 1
