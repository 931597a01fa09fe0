//! `vouch signals`.

use comfy_table::{ContentArrangement, Table, presets};

use super::output::{self, Failure};
use crate::signals::{Catalogue, SignalDef, SignalType};

#[derive(Debug, clap::Args)]
pub(super) struct Signals {
    /// Only signals whose name contains this.
    filter: Option<String>,
    /// Print as Markdown.
    #[arg(long)]
    markdown: bool,
}

impl Signals {
    /// Prints the catalogue as a table.
    pub(super) fn run(self) -> Result<(), Failure> {
        let filter = self.filter.unwrap_or_default();
        let defs = Catalogue::get().defs().iter().filter(|def| def.name.contains(&filter));
        let mut table = Table::new();
        if self.markdown {
            table.load_style(presets::ASCII_MARKDOWN);
        } else {
            table.load_style(presets::UTF8_HORIZONTAL_ONLY);
            table.set_content_arrangement(ContentArrangement::Dynamic);
            table.set_width(WIDTH);
        }
        table.set_header(["group", "signal", "type", "unit", "fed by", "definition", "null when"]);
        for def in defs {
            table.add_row([
                def.group,
                def.name,
                kind(def),
                def.unit,
                def.source.as_str(),
                &definition(def),
                def.null_when,
            ]);
        }
        output::line(table)
    }
}

/// Columns of a wide terminal: definitions are sentences.
const WIDTH: u16 = 160;

const fn kind(def: &SignalDef) -> &'static str {
    match def.kind {
        SignalType::Int => "int",
        SignalType::Real => "float",
        SignalType::Truth => "bool",
        SignalType::Text => "text",
    }
}

fn definition(def: &SignalDef) -> String {
    if def.words.is_empty() {
        def.definition.to_owned()
    } else {
        format!("{} [{}]", def.definition, def.words.join(", "))
    }
}
