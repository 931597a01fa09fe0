//! Charts as SVG.

use plotters::coord::Shift;
use plotters::prelude::*;

/// A chart could not be drawn.
#[derive(Debug, thiserror::Error)]
#[error("a chart cannot be drawn: {0}")]
pub struct PlotError(String);

/// Stacked bars side by side.
#[derive(Debug, Clone)]
pub struct Bars {
    /// What the bars are, from left to right.
    pub labels: Vec<String>,
    /// What is stacked, from below.
    pub series: Vec<Series>,
    /// What is counted.
    pub unit: String,
}

/// One part of every bar.
#[derive(Debug, Clone)]
pub struct Series {
    /// Its name.
    pub name: String,
    /// Its colour: red, green, blue.
    pub colour: (u8, u8, u8),
    /// Its height in each bar; none is negative.
    pub values: Vec<f64>,
}

const WIDTH: u32 = 1_000;
const HEIGHT: u32 = 300;
/// How much higher than the highest bar a chart with a legend is.
const LEGEND_ROOM: f64 = 1.35;
const FONT: &str = "sans-serif";

impl Bars {
    /// Draws the bars.
    ///
    /// # Errors
    /// The plotting library failed.
    pub fn svg(&self) -> Result<String, PlotError> {
        let mut svg = String::new();
        {
            let area = SVGBackend::with_string(&mut svg, (WIDTH, HEIGHT)).into_drawing_area();
            self.draw(&area).map_err(|error| PlotError(error.to_string()))?;
            area.present().map_err(|error| PlotError(error.to_string()))?;
        }
        Ok(svg)
    }

    fn draw<'a>(
        &self,
        area: &DrawingArea<SVGBackend<'a>, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>> {
        let bars = i32::try_from(self.labels.len()).unwrap_or(i32::MAX);
        // The legend stands above the bars.
        let room = if self.series.len() > 1 { LEGEND_ROOM } else { 1.05 };
        let top = self.highest().max(1.0) * room;
        let mut chart = ChartBuilder::on(area)
            .margin(8)
            .x_label_area_size(30)
            .y_label_area_size(64)
            .build_cartesian_2d(0..bars, 0.0..top)?;
        let named = |bar: &i32| {
            let label = usize::try_from(*bar).ok().and_then(|bar| self.labels.get(bar));
            label.cloned().unwrap_or_default()
        };
        chart
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(RGBColor(226, 231, 237))
            .axis_style(RGBColor(174, 184, 196))
            .x_labels(12)
            .y_labels(5)
            .x_label_formatter(&named)
            .y_label_formatter(&|value| format!("{value:.0}"))
            .y_desc(self.unit.as_str())
            .label_style((FONT, 13))
            .draw()?;
        let mut below = vec![0.0; self.labels.len()];
        for series in &self.series {
            let (red, green, blue) = series.colour;
            let colour = RGBColor(red, green, blue);
            let bars = (0..bars).zip(below.iter_mut().zip(&series.values));
            // What is nothing is not drawn: a year of days is long enough.
            let rectangles: Vec<_> = bars
                .filter(|(_, (_, value))| **value > 0.0)
                .map(|(bar, (below, value))| {
                    let from = *below;
                    *below += value;
                    let mut bar = Rectangle::new([(bar, from), (bar + 1, *below)], colour.filled());
                    bar.set_margin(0, 0, 1, 1);
                    bar
                })
                .collect();
            chart.draw_series(rectangles)?.label(series.name.as_str()).legend(move |(x, y)| {
                Rectangle::new([(x, y - 5), (x + 10, y + 5)], colour.filled())
            });
        }
        if self.series.len() > 1 {
            chart
                .configure_series_labels()
                .position(SeriesLabelPosition::UpperRight)
                .background_style(WHITE.mix(0.85))
                .border_style(RGBColor(216, 222, 230))
                .label_font((FONT, 13))
                .draw()?;
        }
        Ok(())
    }

    fn highest(&self) -> f64 {
        let heights = (0..self.labels.len())
            .map(|bar| self.series.iter().filter_map(|series| series.values.get(bar)).sum::<f64>());
        heights.fold(0.0, f64::max)
    }
}
