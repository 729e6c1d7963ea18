// The look of a page: ink on paper-colored ground, light or dark as the reader's system is, on a screen or on paper.

enum Style {
  /// The colors, as properties that everything else refers to.
  static let colors: StaticString = """
    :root{color-scheme:light dark;--ground:#fffdf7;--ink:#24292f;--soft:#646b74;--rule:#e7e2d5;--panel:#f8f4e9;
    --heading:#b3411e;--c0:#1f5fae;--c1:#c2571a;--c2:#2f7d4f;--c3:#7a4fa3;--c4:#b3372f;--c5:#17808a;--c6:#8c6a0a;
    --c7:#5c646d;--c8:#b0307f;--blue:#1f6fd0;--orange:#e0701c;--green:#1f9a57;--violet:#8a45c4}
    @media (prefers-color-scheme:dark){:root{--ground:#101216;--ink:#d8dbe0;--soft:#969da8;--rule:#272b33;
    --panel:#181b21;--heading:#f0906a;--c0:#6cabf7;--c1:#f2995a;--c2:#67c48c;--c3:#bb93e6;--c4:#f2837b;--c5:#5bc3cd;
    --c6:#d4b04c;--c7:#a3abb6;--c8:#ee8ac4;--blue:#3d8ef0;--orange:#f08a3a;--green:#34b46c;--violet:#a763e0}}
    @media print{:root{color-scheme:light;--ground:#fff;--ink:#000;--soft:#555;--rule:#ddd;--panel:#f6f6f6;
    --heading:#b3411e;--c0:#1f5fae;--c1:#c2571a;--c2:#2f7d4f;--c3:#7a4fa3;--c4:#b3372f;--c5:#17808a;--c6:#8c6a0a;
    --c7:#5c646d;--c8:#b0307f;--blue:#1f6fd0;--orange:#e0701c;--green:#1f9a57;--violet:#8a45c4}}

    """

  /// What pictures are made of.
  static let pictures: StaticString = """
    svg text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;fill:var(--ink);
    font-variant-numeric:tabular-nums}
    svg .tick{fill:var(--soft)}svg .end{text-anchor:end}svg .middle{text-anchor:middle}
    svg .halo{paint-order:stroke;stroke:var(--ground);stroke-width:4px;stroke-linejoin:round}
    svg path,svg circle{vector-effect:non-scaling-stroke}
    .grid{fill:none;stroke:var(--rule)}.axis{fill:none;stroke:var(--soft)}
    .reference{fill:none;stroke:var(--ink);stroke-dasharray:2 4}
    .line{fill:none;stroke-width:2;stroke-linejoin:round}.ring{fill:var(--ground);stroke-width:2}
    .dots{fill:none;stroke-width:2.5;stroke-linecap:round;opacity:.4}.few.dots{stroke-width:4.5;opacity:.6}
    .band{stroke:none;opacity:.22}
    .bar{fill:var(--c0)}.frame{fill:none;stroke:var(--rule)}
    .s0{stroke:var(--c0)}.s1{stroke:var(--c1)}.s2{stroke:var(--c2)}.s3{stroke:var(--c3)}.s4{stroke:var(--c4)}
    .s5{stroke:var(--c5)}.s6{stroke:var(--c6)}.s7{stroke:var(--c7)}.s8{stroke:var(--c8)}
    .line.s1{stroke-dasharray:7 3}.line.s2{stroke-dasharray:2 2}.line.s3{stroke-dasharray:9 3 2 3}
    .line.s4{stroke-dasharray:14 4}.line.s5{stroke-dasharray:4 2}.line.s6{stroke-dasharray:9 3 2 3 2 3}
    .line.s7{stroke-dasharray:1 3}.line.s8{stroke-dasharray:12 3 4 3}
    .band.s0{fill:var(--c0)}.band.s1{fill:var(--c1)}.band.s2{fill:var(--c2)}.band.s3{fill:var(--c3)}
    .band.s4{fill:var(--c4)}.band.s5{fill:var(--c5)}.band.s6{fill:var(--c6)}.band.s7{fill:var(--c7)}.band.s8{fill:var(--c8)}
    svg.wide text{font-size:10px}svg.wide .halo{stroke-width:3px}svg .mark,svg.wide .mark{font-size:14px;font-weight:600}
    svg .f0{fill:var(--c0)}svg .f1{fill:var(--c1)}svg .f2{fill:var(--c2)}svg .f3{fill:var(--c3)}svg .f4{fill:var(--c4)}
    svg .f5{fill:var(--c5)}svg .f6{fill:var(--c6)}svg .f7{fill:var(--c7)}svg .f8{fill:var(--c8)}
    .ps,.ns,.nv{fill:var(--blue)}.pv{fill:var(--orange)}.ng{fill:var(--green)}.pg{fill:var(--violet)}
    @media (prefers-contrast:more){.nv,.ng{stroke:var(--ink);stroke-dasharray:2 2}}

    """

  /// The page around them.
  static let page: StaticString = """
    *{box-sizing:border-box}
    html{background:var(--ground);-webkit-text-size-adjust:100%}
    body{max-width:800px;margin:0 auto;padding:40px 20px 64px;color:var(--ink);
    font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
    overflow-wrap:break-word}
    h1{font-size:30px;line-height:1.2;font-weight:650;letter-spacing:-.01em;margin:0 0 8px}
    h2{font-size:20px;line-height:1.3;font-weight:650;color:var(--heading);margin:52px 0 4px}
    h3{font-size:16px;margin:28px 0 0}bdi{white-space:pre-line}
    p{margin:8px 0;max-width:68ch}header p{color:var(--soft);font-size:17px}
    code,pre,samp{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.88em;
    font-variant-ligatures:none}
    code{background:var(--panel);border-radius:4px;padding:.1em .3em}
    pre{background:var(--panel);border-radius:8px;padding:12px 16px;margin:16px 0;white-space:pre-wrap;
    overflow-wrap:anywhere}
    pre.listing{font-size:11.5px;line-height:1.6;white-space:pre;overflow-wrap:normal;overflow-x:auto;padding:10px 12px}
    @media (min-width:960px){pre.listing{margin-left:-40px;margin-right:-40px}}
    figure{margin:20px 0 0;break-inside:avoid}
    figure svg{display:block;max-width:100%;height:auto}figure svg.wide{width:100%}
    figcaption{color:var(--soft);font-size:14px;line-height:1.5;margin:8px 0 0;max-width:76ch}
    .row{display:flex;flex-wrap:wrap;gap:0 20px}.row figure{flex:0 1 auto;max-width:100%;margin-top:8px}
    .row figcaption{margin:2px 0 0;text-align:center}
    .pair{display:grid;grid-template-columns:1fr 1fr;gap:0 20px}.pair svg{width:100%}
    .key{list-style:none;display:flex;flex-wrap:wrap;gap:2px 20px;margin:0 0 6px;padding:0;font-size:14px}
    .key li{display:flex;align-items:center;gap:8px}figure .key svg{flex:none}
    .scale{display:flex;align-items:center;gap:8px;font-size:13px;color:var(--soft);margin:8px 0 4px}
    .table{overflow-x:auto;margin:16px 0}
    table{border-collapse:collapse;width:100%;font-size:15px;font-variant-numeric:tabular-nums}
    th,td{text-align:left;vertical-align:top;padding:5px 20px 5px 0;border-bottom:1px solid var(--rule)}
    th:last-child,td:last-child{padding-right:0;width:99%}
    table.compact{width:auto}.compact th:last-child,.compact td:last-child{width:auto}td{white-space:normal}td:first-child{white-space:nowrap}
    th{font-weight:600;color:var(--soft)}th.number,td.number{text-align:right}
    footer{margin-top:56px;padding-top:12px;border-top:1px solid var(--rule);color:var(--soft);font-size:14px}
    @media (max-width:640px){body{padding:24px 16px 40px}h1{font-size:25px}h2{margin-top:40px}
    .pair{grid-template-columns:1fr}svg.wide .number{display:none}
    svg.wide text{font-size:18px}svg.wide .letter{font-size:16px}svg.wide .mark{font-size:24px}
    svg.wide .halo{stroke-width:6px}}
    @media print{@page{margin:16mm}body{max-width:none;padding:0;font-size:10.5pt}h1{font-size:20pt}
    h2{font-size:13pt;break-after:avoid;margin-top:24pt}h2+p{break-after:avoid}figcaption,table{font-size:9pt}
    tr,pre,.row,.pair{break-inside:avoid}h3{break-after:avoid}.row{gap:0 10px}figure svg.wide{width:150mm}
    pre.listing{font-size:7.5pt;white-space:pre-wrap}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}

    """
}
