//! How the report looks.

use plotters::style::RGBColor;

/// What is shown.
pub(super) const MAIN: RGBColor = RGBColor(0x1f, 0x5f, 0xa8);
/// What it is held against.
pub(super) const OTHER: RGBColor = RGBColor(0x8a, 0x93, 0x9e);
/// Fraud.
pub(super) const FRAUD: RGBColor = RGBColor(0xb9, 0x3a, 0x32);
/// A third line.
pub(super) const THIRD: RGBColor = RGBColor(0x2d, 0x7d, 0x46);
/// A fourth one.
pub(super) const FOURTH: RGBColor = RGBColor(0xb0, 0x7a, 0x12);
/// Axes and their names.
pub(super) const INK: RGBColor = RGBColor(0x3c, 0x42, 0x4a);
/// The grid.
pub(super) const GRID: RGBColor = RGBColor(0xe3, 0xe6, 0xea);

/// The style sheet of the page.
pub(super) const CSS: &str = "\
body{font:15px/1.5 system-ui,sans-serif;color:#20242a;background:#fff;margin:2rem auto;max-width:1120px;padding:0 1rem}\
h1{font-size:1.5rem;margin:0}h2{font-size:1.15rem;margin:2.4rem 0 .6rem;border-bottom:1px solid #d9dde2;padding-bottom:.3rem}\
p{margin:.4rem 0 .8rem;max-width:75ch}.note{color:#59616b}\
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:.7rem;margin:1.2rem 0}\
.card{border:1px solid #d9dde2;border-radius:6px;padding:.6rem .8rem}.card b{display:block;font-size:1.35rem;font-weight:600}\
.card span{color:#59616b;font-size:.85rem}\
.plots{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:1rem}\
figure{margin:0;border:1px solid #e3e6ea;border-radius:6px;padding:.5rem}figure svg{width:100%;height:auto;display:block}\
figcaption{color:#59616b;font-size:.85rem;padding:.2rem .4rem}\
table{border-collapse:collapse;margin:.4rem 0;font-size:.9rem}th,td{padding:.25rem .7rem;text-align:right;border-bottom:1px solid #eceff2}\
th{font-weight:600;color:#3c424a;white-space:nowrap}th:first-child,td:first-child,td.t,th.t{text-align:left}\
details summary{cursor:pointer;color:#1f5fa8;margin:.6rem 0}\
@media screen{table{display:block;overflow-x:auto}}";
