//! What features contribute, as bars.

use plotters::prelude::{
    ChartBuilder, IntoDrawingArea, IntoSegmentedCoord, PathElement, Rectangle, SVGBackend,
    SegmentValue, SeriesLabelPosition, WHITE,
};
use plotters::style::{Color, IntoFont};

use super::super::TrainError;
use super::super::evaluation::ContributionFigures;
use super::style::{FRAUD, GRID, INK, MAIN};

/// Bars that are shown.
const BARS_MAX: usize = 20;
const WIDTH: u32 = 1060;
const BAR_HEIGHT: u32 = 26;
const FONT: (&str, i32) = ("sans-serif", 15);

/// Mean contributions to frauds and to others, of the features of most effect; SVG.
pub(super) fn contributions(of: &[ContributionFigures]) -> Result<String, TrainError> {
    let shown = of.get(..of.len().min(BARS_MAX)).unwrap_or_default();
    let mut svg = String::new();
    draw(shown, &mut svg).map_err(|error| TrainError::Plot(error.to_string()))?;
    Ok(svg)
}

fn draw(shown: &[ContributionFigures], svg: &mut String) -> Result<(), Box<dyn std::error::Error>> {
    // A range of segments holds its last one.
    let bars = u32::try_from(shown.len())?;
    let root = SVGBackend::with_string(svg, (WIDTH, 60 + BAR_HEIGHT * bars)).into_drawing_area();
    root.fill(&WHITE)?;
    let ends = shown.iter().flat_map(|own| [own.mean_of_frauds, own.mean_of_others]);
    let (low, high) =
        ends.fold((0.0, 0.0), |(low, high): (f64, f64), end| (low.min(end), high.max(end)));
    let room = 0.05 * (high - low).max(1e-6);
    let mut chart = ChartBuilder::on(&root)
        .margin_right(20)
        .margin_top(8)
        .x_label_area_size(46)
        .y_label_area_size(330)
        .build_cartesian_2d(
            low - room..high + room,
            (0..bars.saturating_sub(1)).into_segmented(),
        )?;
    // The first feature stands on top.
    let at = |place: u32| {
        let index = usize::try_from(bars.saturating_sub(1).saturating_sub(place)).ok()?;
        shown.get(index)
    };
    let name = |place: &SegmentValue<u32>| match place {
        SegmentValue::CenterOf(place) | SegmentValue::Exact(place) => {
            at(*place).map_or_else(String::new, |own| own.feature.clone())
        }
        SegmentValue::Last => String::new(),
    };
    chart
        .configure_mesh()
        .disable_y_mesh()
        .light_line_style(WHITE)
        .bold_line_style(GRID)
        .axis_style(INK)
        .x_labels(8)
        .y_labels(shown.len())
        .x_desc("mean contribution, log-odds")
        .label_style(FONT.into_font().color(&INK))
        .y_label_formatter(&name)
        // Zero, drawn with a sign of its rounding, would read `-0.00`.
        .x_label_formatter(&|value| {
            format!("{:.2}", if value.abs() < 0.005 { 0.0 } else { *value })
        })
        .draw()?;
    for (color, label, top, bottom) in [(FRAUD, "frauds", 4, 14), (MAIN, "others", 14, 4)] {
        let rectangles = (0..bars).filter_map(|place| {
            let own = at(place)?;
            let end = if top < bottom { own.mean_of_frauds } else { own.mean_of_others };
            let (from, to) = (SegmentValue::Exact(place), SegmentValue::Exact(place + 1));
            let mut bar = Rectangle::new([(0.0, from), (end, to)], color.filled());
            bar.set_margin(top, bottom, 0, 0);
            Some(bar)
        });
        chart.draw_series(rectangles)?.label(label).legend(move |(x, y)| {
            PathElement::new(vec![(x, y), (x + 18, y)], color.stroke_width(6))
        });
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerRight)
        .background_style(WHITE.mix(0.85))
        .label_font(FONT.into_font().color(&INK))
        .draw()?;
    root.present()?;
    Ok(())
}
