/// The page as a Mustache template; texts are escaped by it, pictures and style stand as they are.
enum ReportTemplate {
    static let text = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="generator" content="berth">
        <link rel="icon" href="data:,">
        <title>{{title}} – {{kind}}</title>
        <style>
        {{{style}}}
        </style>
        </head>
        <body>
        <header>
        <p class="kind">Berth {{kind}}</p>
        <h1>{{title}}</h1>
        <p class="subtitle">{{subtitle}}</p>
        {{#hasVerdict}}<p class="verdict">{{verdict}}</p>{{/hasVerdict}}
        <nav>{{#sections}}<a href="#{{id}}">{{title}}</a>{{/sections}}</nav>
        </header>
        <main>
        {{#hasFigures}}
        <div class="figures">
        {{#figures}}
        <div class="tile"><span class="what">{{name}}</span><span class="value">{{value}}</span>\
        <span class="note">{{note}}</span></div>
        {{/figures}}
        </div>
        {{/hasFigures}}
        {{#sections}}
        <section id="{{id}}">
        <h2>{{title}}</h2>
        {{#hasText}}<p class="text">{{text}}</p>{{/hasText}}
        <div class="plots">
        {{#plots}}
        <figure id="plot-{{id}}" class="card {{style}}">
        <h3>{{title}}</h3>
        {{#hasKeys}}
        <ul class="keys">
        {{#keys}}
        <li><svg class="swatch" viewBox="0 0 26 10" aria-hidden="true">\
        {{#isArea}}<rect class="bar {{style}}" x="3" y="0" width="14" height="10"/>{{/isArea}}\
        {{^isArea}}<path class="line {{style}}" d="M1 5H25"/>{{/isArea}}</svg>{{label}}</li>
        {{/keys}}
        </ul>
        {{/hasKeys}}
        {{#isHeat}}
        <p class="shades">0 %{{#shades}}<i class="{{.}}"></i>{{/shades}}100 %</p>
        {{/isHeat}}
        <div class="picture">{{{svg}}}</div>
        <figcaption>{{caption}}</figcaption>
        </figure>
        {{/plots}}
        {{#tables}}
        <div class="card table {{width}}{{#isBroad}} broad{{/isBroad}}">
        <div class="scroll" tabindex="0"><table>
        <thead><tr>{{#columns}}<th class="{{style}}">{{title}}</th>{{/columns}}</tr></thead>
        <tbody>
        {{#rows}}
        <tr>{{#cells}}<td class="{{style}}" data-of="{{column}}">{{#bar}}<b class="share" style="width:{{.}}%"></b>{{/bar}}<span>{{text}}</span></td>{{/cells}}</tr>
        {{/rows}}
        </tbody>
        </table></div>
        <p class="caption">{{caption}}</p>
        </div>
        {{/tables}}
        </div>
        </section>
        {{/sections}}
        </main>
        <footer>{{footer}}</footer>
        </body>
        </html>

        """
}
