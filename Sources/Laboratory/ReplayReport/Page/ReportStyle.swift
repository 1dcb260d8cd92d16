/// The style sheet of a report: light and dark, desktop, phone and paper. Colours of series are those of Okabe and Ito, which
/// the colour-blind can tell apart, lightened for dark pages; dashes tell them too.
enum ReportStyle {
    static let text = """
        :root{--page:#f5f6f8;--card:#fff;--ink:#1a1f27;--muted:#5a6472;--rule:#dfe3e8;--grid:#e6e9ed;--minor:#f1f3f5;\
        --axis:#8b95a1;--accent:#0072b2;--share:#cfe5f4;--best:#e3f4ec;\
        --s0:#0072b2;--s1:#d55e00;--s2:#009e73;--s3:#b5528f;--s4:#b97800;--s5:#3a9bd6;--s6:#444b55;--s7:#8a6d3b;\
        --h0:#f1f4f8;--h1:#e2ebf4;--h2:#cfdfee;--h3:#b6d0e6;--h4:#97bedc;--h5:#73a8d0;--h6:#508fc1;--h7:#3476af;\
        --h8:#1f5d98;--h9:#12457c;--h10:#082c57}
        @media (prefers-color-scheme:dark){:root{--page:#11151b;--card:#1a2029;--ink:#e8ecf1;--muted:#9fabb9;\
        --rule:#2c3541;--grid:#2a323d;--minor:#212832;--axis:#6b7785;--accent:#5fb4ea;--share:#1f4663;--best:#173d31;\
        --s0:#56a9e8;--s1:#ff8f4d;--s2:#33c79d;--s3:#e394c6;--s4:#f0b93f;--s5:#9bd5f7;--s6:#c3cbd5;--s7:#cdb083;\
        --h0:#232b36;--h1:#26374a;--h2:#28435f;--h3:#2a5074;--h4:#2f6090;--h5:#3a72a8;--h6:#4b88c0;--h7:#639fd4;\
        --h8:#82b7e4;--h9:#a8cff1;--h10:#d6ebfc}}
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%}
        body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,\
        "Helvetica Neue",Arial,"Liberation Sans",sans-serif}
        header,main,footer{max-width:1200px;margin:0 auto;padding:0 24px}
        header{padding-top:28px}
        .kind{margin:0;color:var(--accent);font-weight:600;font-size:13px;letter-spacing:.06em;text-transform:uppercase}
        h1{margin:2px 0 4px;font-size:30px;line-height:1.2;overflow-wrap:anywhere}
        .subtitle{margin:0;color:var(--muted);overflow-wrap:anywhere}
        .verdict{margin:14px 0 0;font-size:17px;max-width:62em;overflow-wrap:anywhere}
        nav{display:flex;flex-wrap:wrap;gap:4px 18px;margin-top:16px;padding:10px 0;border-top:1px solid var(--rule);\
        border-bottom:1px solid var(--rule)}
        nav a{color:var(--accent);text-decoration:none;font-size:14px}
        nav a:hover{text-decoration:underline}
        .figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(170px,1fr));gap:16px;margin-top:24px}
        .tile{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:14px 16px;display:flex;\
        flex-direction:column}
        .what{color:var(--muted);font-size:13px}
        .value{font-size:26px;font-weight:650;line-height:1.25;font-variant-numeric:tabular-nums}
        .note{color:var(--muted);font-size:13px}
        section{margin-top:34px;scroll-margin-top:12px}
        h2{font-size:20px;margin:0 0 12px}
        h3{font-size:15px;margin:0 0 6px}
        .text{margin:-6px 0 12px;color:var(--muted)}
        .plots{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:16px;align-items:stretch}
        .card{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:16px 18px;margin:0;min-width:0}
        .card.wide{grid-column:1/-1}
        .keys{list-style:none;display:flex;flex-wrap:wrap;gap:2px 16px;margin:0 0 6px;padding:0;font-size:13px;\
        color:var(--muted)}
        .keys li{display:flex;align-items:center;gap:7px;min-width:0;overflow-wrap:anywhere}
        .swatch{width:26px;height:10px;flex:none}
        .picture{overflow-x:auto}
        .picture>svg{display:block;width:100%;height:auto}
        figcaption,.caption{color:var(--muted);font-size:13px;margin:8px 0 0}
        .caption:empty{display:none}
        .shades{display:flex;align-items:center;color:var(--muted);font-size:12px;margin:0 0 8px}
        .shades i{width:16px;height:11px}
        .shades i:first-of-type{margin-left:7px}
        .shades i:last-of-type{margin-right:7px}
        svg text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Liberation Sans",sans-serif;\
        fill:var(--muted);font-variant-numeric:tabular-nums}
        svg text.name{fill:var(--ink)}
        svg text.title{fill:var(--muted)}
        .grid{stroke:var(--grid)}
        .minor{stroke:var(--minor)}
        .axis{stroke:var(--axis)}
        .line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
        .dot{opacity:0;stroke:currentColor;stroke-width:6}
        .dot:hover{opacity:1;stroke-width:2}
        .line.ideal{stroke:var(--axis);stroke-width:1.5;stroke-dasharray:2 5}
        .line.s1{stroke-dasharray:7 4}
        .line.s2{stroke-dasharray:2 4}
        .line.s3{stroke-dasharray:10 4 2 4}
        .line.s4{stroke-dasharray:5 3}
        .line.s5{stroke-dasharray:12 4}
        .line.s6{stroke-dasharray:1 5}
        .line.s7{stroke-dasharray:8 3 2 3 2 3}
        .line.dashed{stroke-dasharray:6 5}
        \(series)
        \(heat)
        .hx,.shades .hx{fill:var(--page);background:var(--page)}
        .scroll{overflow-x:auto;background:linear-gradient(90deg,var(--card) 30%,transparent) left/36px 100% no-repeat local,\
        linear-gradient(270deg,var(--card) 30%,transparent) right/36px 100% no-repeat local,\
        linear-gradient(90deg,var(--rule),transparent) left/10px 100% no-repeat,\
        linear-gradient(270deg,var(--rule),transparent) right/10px 100% no-repeat}
        table{border-collapse:collapse;width:100%;font-size:14px}
        th,td{text-align:left;padding:6px 10px;border-bottom:1px solid var(--rule);white-space:nowrap;position:relative}
        th{color:var(--muted);font-weight:600;font-size:13px}
        .broad th,.broad td:first-child{white-space:normal;overflow-wrap:anywhere}
        .broad td:first-child{min-width:11em}
        tbody tr:last-child td{border-bottom:0}
        th:first-child,td:first-child{padding-left:2px}
        td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
        td.code{font:12px ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace}
        td.best{font-weight:650;background:var(--best)}
        td span{position:relative}
        .share{position:absolute;left:10px;top:4px;bottom:4px;background:var(--share);border-radius:3px;\
        max-width:calc(100% - 20px)}
        footer{color:var(--muted);font-size:13px;padding-top:28px;padding-bottom:36px;overflow-wrap:anywhere}
        @media (max-width:760px){header,main,footer{padding-left:14px;padding-right:14px}
        h1{font-size:24px}.plots{grid-template-columns:minmax(0,1fr)}.card{padding:12px}
        .figures{grid-template-columns:repeat(2,minmax(0,1fr));gap:10px}.value{font-size:21px}.tile{padding:10px 12px}
        svg text{font-size:14px}.picture>svg.wide{width:860px}
        th,td{padding:5px 3px}table,th,.card:not(.wide) td{font-size:12px}
        th,.card:not(.wide) td:first-child{white-space:normal;overflow-wrap:anywhere}
        td.code{font-size:11px;white-space:normal;word-break:break-all;min-width:5em}
        .wide td:first-child{position:sticky;left:0;background:var(--card);z-index:1;white-space:normal;min-width:9em}
        .share{left:5px;max-width:calc(100% - 10px)}}
        @media (max-width:520px){.broad thead{display:none}
        .broad tr{display:grid;grid-template-columns:repeat(auto-fill,minmax(100px,1fr));gap:4px 8px;padding:8px 0;\
        border-bottom:1px solid var(--rule)}
        .broad tbody tr:last-child{border-bottom:0}
        .broad td,.card.broad:not(.wide) td{display:block;border:0;padding:2px 4px;text-align:left;white-space:normal;\
        overflow-wrap:anywhere;min-width:0;position:relative;font-size:13px}
        .broad td.code{font-size:10px}
        .broad td:first-child{grid-column:1/-1;font-weight:600;padding-left:0;min-width:0}
        .broad td::before{content:attr(data-of);display:block;color:var(--muted);font:11px/1.3 system-ui,sans-serif;\
        overflow-wrap:anywhere}
        .broad td:first-child::before{content:none}
        .broad .share{left:4px;top:auto;bottom:0;height:3px;max-width:calc(100% - 8px)}}
        @media print{@page{margin:14mm}:root{--page:#fff;--card:#fff;--ink:#000;--muted:#444;--rule:#ccc;--grid:#ddd}
        body{font-size:11px}nav{display:none}header,main,footer{max-width:none;padding-left:0;padding-right:0}
        .card,.tile{break-inside:avoid}h2,h3{break-after:avoid}section{margin-top:18px}
        .scroll,.picture{overflow:visible}th,td{white-space:normal;padding:3px 6px}
        *{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
        """

    private static let series = (0..<Plot.colours).map { place in
        ".line.s\(place){stroke:var(--s\(place))}.bar.s\(place),.dot.s\(place){fill:var(--s\(place));color:var(--s\(place))}"
    }.joined(separator: "\n")

    private static let heat = (0..<HeatColour.shades).map { shade in
        ".h\(shade){fill:var(--h\(shade));background:var(--h\(shade))}"
    }.joined(separator: "\n")
}
