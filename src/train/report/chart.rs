//! Charts of lines.

use std::ops::Range;

use plotters::prelude::{
    ChartBuilder, Circle, DashedLineSeries, IntoDrawingArea, LineSeries, PathElement, SVGBackend,
    SeriesLabelPosition, WHITE,
};
use plotters::style::{Color, IntoFont, RGBColor};

use super::super::TrainError;
use super::style::{GRID, INK};
use super::table::escaped;

/// Width and height of a chart.
const SIZE: (u32, u32) = (560, 400);
/// Digits of a name on an axis.
const FONT: (&str, i32) = ("sans-serif", 15);

/// Lines over two axes.
pub(super) struct Chart {
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) lines: Vec<Line>,
    /// Where the names of the lines stand.
    pub(super) names_at: SeriesLabelPosition,
}

pub(super) struct Axis {
    pub(super) name: &'static str,
    pub(super) range: Range<f64>,
    pub(super) unit: Unit,
}

/// How numbers on an axis are written.
#[derive(Clone, Copy)]
pub(super) enum Unit {
    /// A share, as per cent.
    Share,
    /// A number.
    Plain,
}

pub(super) struct Line {
    pub(super) name: String,
    pub(super) color: RGBColor,
    pub(super) points: Vec<[f64; 2]>,
    pub(super) look: Look,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// A line.
    Line,
    /// A dashed line, for what it is held against.
    Dashed,
    /// A line with its points.
    Points,
}

/// A chart with what it shows below it.
pub(super) fn plot(chart: &Chart, caption: &str) -> Result<String, TrainError> {
    Ok(format!("<figure>{}<figcaption>{}</figcaption></figure>\n", chart.svg()?, escaped(caption)))
}

pub(super) fn line(name: &str, color: RGBColor, points: Vec<[f64; 2]>, look: Look) -> Line {
    Line { name: name.to_owned(), color, points, look }
}

impl Chart {
    /// The chart as SVG.
    fn svg(&self) -> Result<String, TrainError> {
        let mut svg = String::new();
        self.draw(&mut svg).map_err(|error| TrainError::Plot(error.to_string()))?;
        Ok(svg)
    }

    fn draw(&self, svg: &mut String) -> Result<(), Box<dyn std::error::Error>> {
        let root = SVGBackend::with_string(svg, SIZE).into_drawing_area();
        root.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(&root)
            .margin_top(12)
            .margin_right(18)
            .x_label_area_size(46)
            .y_label_area_size(62)
            .build_cartesian_2d(self.x.range.clone(), self.y.range.clone())?;
        chart
            .configure_mesh()
            .light_line_style(WHITE)
            .bold_line_style(GRID)
            .axis_style(INK)
            .x_labels(6)
            .y_labels(6)
            .x_desc(self.x.name)
            .y_desc(self.y.name)
            .label_style(FONT.into_font().color(&INK))
            .axis_desc_style(FONT.into_font().color(&INK))
            .x_label_formatter(&|value| self.x.written(*value))
            .y_label_formatter(&|value| self.y.written(*value))
            .draw()?;
        for line in &self.lines {
            let points = || line.points.iter().map(|[x, y]| (*x, *y));
            let style = line.color.stroke_width(2);
            let drawn = match line.look {
                Look::Dashed => chart.draw_series(DashedLineSeries::new(points(), 6, 4, style))?,
                Look::Line | Look::Points => chart.draw_series(LineSeries::new(points(), style))?,
            };
            drawn
                .label(line.name.as_str())
                .legend(move |(x, y)| PathElement::new(vec![(x, y), (x + 18, y)], style));
            if line.look == Look::Points {
                let dots = points().map(|point| Circle::new(point, 3, line.color.filled()));
                chart.draw_series(dots)?;
            }
        }
        if self.lines.len() > 1 {
            chart
                .configure_series_labels()
                .position(self.names_at.clone())
                .background_style(WHITE.mix(0.85))
                .label_font(FONT.into_font().color(&INK))
                .draw()?;
        }
        root.present()?;
        Ok(())
    }
}

impl Axis {
    /// From 0 to 100 %.
    pub(super) const fn share(name: &'static str) -> Self {
        Self { name, range: 0.0..1.0, unit: Unit::Share }
    }

    fn written(&self, value: f64) -> String {
        let span = self.range.end - self.range.start;
        match self.unit {
            Unit::Share if span < 0.1 => format!("{:.1} %", 100.0 * value),
            Unit::Share => format!("{:.0} %", 100.0 * value),
            Unit::Plain if span >= 10.0 => format!("{value:.0}"),
            Unit::Plain => format!("{value:.2}"),
        }
    }
}
