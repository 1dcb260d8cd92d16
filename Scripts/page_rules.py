"""Rules that pages and help keep besides the output of their commands."""
import re
import shlex
import subprocess

from page_blocks import blocks

# Options that several commands take over from one place: each tells the same of them.
SHARED = ["--policy", "--seed", "--node-policy", "--device-policy", "--profile", "--device-config", "--nodes", "--pods", "--admit"]
DECIDING = ["place", "explain", "whatif", "replay"]
# Their values are paths that the command makes.
MAKING = ["--output", "--results", "--plan", "--report", "--markdown", "--junit", "--decisions", "--metrics", "--history"]


class Help:
    """What the program says of its commands."""

    def __init__(self, berth):
        self.berth, self.texts = berth, {}

    def text(self, command):
        """Help of a command, words as a tuple; empty when there is no such command."""
        if command not in self.texts:
            result = subprocess.run(
                [self.berth, *command, "--help"], capture_output=True, text=True, env={"PATH": "/usr/bin:/bin"})
            self.texts[command] = result.stdout if result.returncode == 0 else ""
        return self.texts[command]

    def options(self, command):
        found = re.findall(r"--[a-z-]+", self.text(command))
        return set(found + ["--no-" + name[2:] for name in found] + ["--help", "--version", "--generate-completion-script"])

    def known(self, words):
        """The longest command at the head of some words."""
        command = ()
        for word in words:
            if not re.fullmatch(r"[a-z-]+", word) or word.startswith("-") or word not in self.subcommands(command): break
            command += (word,)
        return command

    def subcommands(self, command=()):
        listed = re.search(r"^SUBCOMMANDS:\n(.*?)\n\n", self.text(command) + "\n\n", flags=re.S | re.M)
        return re.findall(r"^  ([a-z-]+)(?:\s|$)", listed[1], flags=re.M) if listed else []

    def commands(self, command=()):
        """All commands, the one given first."""
        yield command
        for name in self.subcommands(command): yield from self.commands(command + (name,))

    def meaning(self, command, option):
        """What help says of an option, words alone; None where the command has none of that name."""
        options = self.text(command).partition("\nOPTIONS:\n")[2]
        entry = re.search(rf"^  (?:-\w, )?{option}(?:/--[\w-]+)?(?:[ \n].*?)?(?=^  -|\Z)", options, flags=re.S | re.M)
        return " ".join(entry[0].split()) if entry else None


def prose_of(text):
    """A page without its blocks, line by line the same."""
    return re.sub(r"```.*?```", lambda block: "\n" * block[0].count("\n"), text, flags=re.S)


def check_words(root, page, help):
    """Links to files that are not there, and options and commands that the program does not have."""
    prose = prose_of((root / page).read_text())
    for number, line in enumerate(prose.split("\n"), 1):
        for link in re.findall(r"\]\(([^)#]+)", line):
            if "://" not in link and not (root / page).parent.joinpath(link).exists():
                yield f"{page}:{number}", f"links to {link}, which is not there"
    for match in re.finditer(r"`berth ([^`]+)`", prose):
        number = prose[:match.start()].count("\n") + 1
        yield from ((f"{page}:{number}", message) for message in faults_of_words(match[1].split(), help))


def faults_of_words(words, help):
    command = help.known(words)
    if not command and words and re.fullmatch(r"[a-z]+", words[0]):
        yield f"`berth {words[0]}` is no command"
    options = help.options(command)
    for word in words:
        option = word.partition("=")[0]
        if re.fullmatch(r"--[a-z-]+", option) and option not in options:
            yield f"`berth {' '.join(command)}` has no {option}"


def check_idle(root, page, help):
    """Of commands that are not run, what can be said without running them: they exist, and a path that they read stands in the
    repository or is told of in the page's words."""
    text = (root / page).read_text()
    prose = prose_of(text)
    for block in blocks(page, text):
        if not block.skip: continue
        for _, _, command, _, _ in block.commands():
            try: words = shlex.split(command, comments=True)
            except ValueError: continue
            if words[:1] != ["berth"]: continue
            place = f"{page}:{block.line}"
            yield from ((place, message) for message in faults_of_words(words[1:], help))
            for before, word in zip(words, words[1:]):
                is_path = "/" in word and re.fullmatch(r"[\w./-]+", word) and before not in MAKING
                if is_path and not (root / word).exists() and f"`{word}`" not in prose:
                    yield place, f"`{command.splitlines()[0]}` reads {word}, which is not there and not told of"


def check_lists(root, page):
    """Pages speak of as many published lists as the script fetches."""
    script = root / "traces/fetch-public.sh"
    if not script.exists(): return
    fetched = len(re.findall(r"^\w{64}  openb_pod_list_", script.read_text(), flags=re.M))
    for number, line in enumerate(prose_of((root / page).read_text()).split("\n"), 1):
        for told in re.findall(r"\b(\d+) lists\b", line):
            if int(told) > fetched:
                yield f"{page}:{number}", f"speaks of {told} lists; {script.name} fetches {fetched}"


def check_help(help):
    """An option that deciding commands have in common is told of alike in all."""
    for option in SHARED:
        told = {command: help.meaning((command,), option) for command in DECIDING}
        for command, words in told.items():
            if words is None: yield f"berth {command} --help", f"has no {option}, as berth place has"
            elif words != told[DECIDING[0]]:
                yield f"berth {command} --help", f"tells otherwise of {option} than berth {DECIDING[0]} --help:\n    {words}"
