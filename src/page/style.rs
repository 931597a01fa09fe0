//! How a page looks: readable on paper and on a screen, light and plain.

/// The style sheet of every page.
pub(super) const STYLE: &str = "\
body{font:15px/1.5 system-ui,-apple-system,'Segoe UI','Noto Sans','Noto Sans CJK SC',sans-serif;color:#1c2430;\
background:#fff;max-width:1080px;margin:32px auto;padding:0 24px}\
h1{font-size:26px;margin:0 0 4px}h2{font-size:19px;margin:36px 0 6px;border-bottom:1px solid #d8dee6;padding-bottom:4px}\
p{margin:4px 0 10px;max-width:80ch}.note{color:#5a6675}\
.cards{display:flex;flex-wrap:wrap;gap:12px;margin:16px 0}\
.card{border:1px solid #d8dee6;border-radius:8px;padding:10px 16px;min-width:150px}\
.card b{display:block;font-size:22px;font-variant-numeric:tabular-nums}.card span{color:#5a6675;font-size:13px}\
table{border-collapse:collapse;margin:8px 0 16px;font-size:13.5px}\
th{text-align:left;border-bottom:2px solid #aeb8c4;padding:4px 14px 4px 0;vertical-align:bottom;font-weight:600}\
td{border-bottom:1px solid #e6eaef;padding:3px 14px 3px 0;vertical-align:top}\
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}\
code{font:12.5px ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace}\
svg{max-width:100%;height:auto;display:block;margin:8px 0}\
@media print{body{margin:0;max-width:none}h2{break-after:avoid}table,svg{break-inside:avoid}}";
