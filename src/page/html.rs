//! Pages, sections and tables.

use super::style::STYLE;

/// A page under construction.
#[derive(Debug, Clone)]
pub struct Page {
    title: String,
    body: String,
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A name that programs use.
    Code(String),
    /// A figure, as it is to be read.
    Number(String),
}

/// A table: what stands above its columns, and its rows.
#[derive(Debug, Clone, Default)]
pub struct Table {
    head: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

impl Page {
    /// An empty page. `about` says in a sentence what it is made from.
    #[must_use]
    pub fn new(title: &str, about: &str) -> Self {
        let body =
            format!("<h1>{}</h1>\n<p class=\"note\">{}</p>\n", escaped(title), escaped(about));
        Self { title: title.to_owned(), body }
    }

    /// Figures at a glance: what they are, and how large.
    pub fn cards(&mut self, cards: &[(&str, String)]) {
        self.body.push_str("<div class=\"cards\">");
        for (what, figure) in cards {
            let (figure, what) = (escaped(figure), escaped(what));
            self.body
                .push_str(&format!("<div class=\"card\"><b>{figure}</b><span>{what}</span></div>"));
        }
        self.body.push_str("</div>\n");
    }

    /// Begins a section. The note says how to read it.
    pub fn section(&mut self, heading: &str, note: &str) {
        let (heading, note) = (escaped(heading), escaped(note));
        self.body.push_str(&format!("<h2>{heading}</h2>\n<p class=\"note\">{note}</p>\n"));
    }

    /// A paragraph.
    pub fn text(&mut self, text: &str) {
        self.body.push_str(&format!("<p>{}</p>\n", escaped(text)));
    }

    /// A table; an empty one is left out.
    pub fn table(&mut self, table: &Table) {
        if !table.rows.is_empty() {
            self.body.push_str(&table.html());
        }
    }

    /// A plot, as SVG that a chart drew.
    pub fn figure(&mut self, svg: &str) {
        self.body.push_str(svg);
        self.body.push('\n');
    }

    /// The whole file.
    #[must_use]
    pub fn finish(self) -> String {
        let Self { title, body } = self;
        let title = escaped(&title);
        format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\n\
             <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style></head>\n\
             <body>\n{body}</body></html>\n"
        )
    }
}

impl Table {
    /// An empty table.
    #[must_use]
    pub fn new(head: &[&str]) -> Self {
        Self { head: head.iter().map(|&text| text.to_owned()).collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    fn html(&self) -> String {
        let numeric = |column: usize| {
            self.rows.iter().all(|row| matches!(row.get(column), Some(Cell::Number(_)) | None))
        };
        let mut html = "<table><thead><tr>".to_owned();
        for (column, text) in self.head.iter().enumerate() {
            let class = if numeric(column) { " class=\"n\"" } else { "" };
            html.push_str(&format!("<th{class}>{}</th>", escaped(text)));
        }
        html.push_str("</tr></thead><tbody>\n");
        for row in &self.rows {
            let cells = row.iter().map(|cell| match cell {
                Cell::Text(text) => format!("<td>{}</td>", escaped(text)),
                Cell::Code(text) => format!("<td><code>{}</code></td>", escaped(text)),
                Cell::Number(text) => format!("<td class=\"n\">{}</td>", escaped(text)),
            });
            html.push_str(&format!("<tr>{}</tr>\n", cells.collect::<String>()));
        }
        html.push_str("</tbody></table>\n");
        html
    }
}

/// Text that stays text.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other if other.is_control() => safe.push('\u{fffd}'),
            other => safe.push(other),
        }
    }
    safe
}
