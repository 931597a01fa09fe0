//! Reading a file of features: everything that is wrong with it, at once.

use std::collections::BTreeSet;
use std::sync::Arc;

use toml::Spanned;

use super::defs::{Encoding, Feature, FeatureDefs, Source};
use crate::document::{Fields, Problems, Sections, nearest};
use crate::features::{Expression, Schema, ValueType, signal_fields};
use crate::signals::{Catalogue, SignalDef, SignalType};

/// The version of the file format that this binary reads.
const VERSION: i64 = 1;
/// Features of a file at most: trees number them with 16 bits, and nobody reads a thousand.
const FEATURES_MAX: usize = 1_000;
/// Rows of the overall share that an encoding adds to each word when it does not say.
const SMOOTHING: f64 = 20.0;
/// The most that it may add.
const SMOOTHING_MAX: f64 = 1e6;

type Text = Spanned<String>;

pub(super) fn read(source: &str, problems: &mut Problems<'_>) -> Option<FeatureDefs> {
    let schema = Schema::new(signal_fields()).map_err(|error| problems.error(0, error)).ok()?;
    let mut sections = Sections::read(source, problems);
    version(sections.optional("version", problems), problems);
    let (features, reads) = (Vec::new(), BTreeSet::new());
    let mut reader = Reader { schema, features, reads, seen: BTreeSet::new() };
    for signal in list(&mut sections, "plain", problems) {
        reader.plain(&signal, problems);
    }
    for signal in list(&mut sections, "missing", problems) {
        reader.missing(&signal, problems);
    }
    for signal in list(&mut sections, "one_hot", problems) {
        reader.one_hot(&signal, problems);
    }
    for fields in sections.tables("feature", problems) {
        reader.expression(fields, problems);
    }
    let mut encodings = Vec::new();
    for fields in sections.tables("encoding", problems) {
        encodings.extend(reader.encoding(fields, encodings.len(), problems));
    }
    let known = ["version", "plain", "missing", "one_hot", "feature", "encoding"];
    sections.finish(&known, problems);
    size(&reader.features, problems);
    if problems.has_errors() {
        return None;
    }
    let Reader { features, reads, .. } = reader;
    Some(FeatureDefs { source: source.to_owned(), features, encodings, reads })
}

fn version(version: Option<Spanned<i64>>, problems: &mut Problems<'_>) {
    match version {
        None => problems.error(0, format!("`version` is missing; add `version = {VERSION}`")),
        Some(version) if *version.as_ref() != VERSION => {
            let text = format!("version {} is not known; write {VERSION}", version.as_ref());
            problems.error(version.span().start, text);
        }
        Some(_) => {}
    }
}

fn list(sections: &mut Sections<'_>, name: &str, problems: &mut Problems<'_>) -> Vec<Text> {
    sections.optional(name, problems).unwrap_or_default()
}

fn size(features: &[Feature], problems: &mut Problems<'_>) {
    if features.len() > FEATURES_MAX {
        let count = features.len();
        problems.error(0, format!("there are {count} features; define at most {FEATURES_MAX}"));
    }
    if features.is_empty() && !problems.has_errors() {
        problems.error(0, "there is no feature; name signals in `plain`, or add a [[feature]]");
    }
}

/// What was read so far.
struct Reader {
    schema: Schema,
    features: Vec<Feature>,
    /// The places of the signals that they read.
    reads: BTreeSet<usize>,
    seen: BTreeSet<String>,
}

impl Reader {
    fn plain(&mut self, name: &Text, problems: &mut Problems<'_>) {
        let Some((_, def)) = self.signal(name, problems) else { return };
        if def.kind == SignalType::Text {
            let text = format!("`{}` is text, no number; {}", def.name, instead_of_number(def));
            problems.error(name.span().start, text);
            return;
        }
        self.of_signal(name.span().start, def.name.to_owned(), def, def.name, problems);
    }

    fn missing(&mut self, name: &Text, problems: &mut Problems<'_>) {
        let Some((_, def)) = self.signal(name, problems) else { return };
        let feature = format!("{}_missing", def.name);
        if def.null_when == "never" {
            let text = format!("`{}` is never unknown: `{feature}` is always 0", def.name);
            problems.warning(name.span().start, text);
        }
        let sql = format!("{} IS NULL", def.name);
        self.of_signal(name.span().start, feature, def, &sql, problems);
    }

    fn one_hot(&mut self, name: &Text, problems: &mut Problems<'_>) {
        let Some((_, def)) = self.signal(name, problems) else { return };
        if def.words.is_empty() {
            let instead = "write an [[encoding]] for texts, and numbers into `plain`";
            let text = format!("`{}` has no closed list of words; {instead}", def.name);
            problems.error(name.span().start, text);
        }
        for word in def.words {
            let feature = format!("{}_is_{word}", def.name);
            let sql = format!("{} = '{word}'", def.name);
            self.of_signal(name.span().start, feature, def, &sql, problems);
        }
    }

    /// A feature of one signal, by an expression that the file leaves out.
    fn of_signal(
        &mut self,
        at: usize,
        name: String,
        def: &SignalDef,
        sql: &str,
        problems: &mut Problems<'_>,
    ) {
        match Expression::parse(sql, &self.schema) {
            Ok(expression) => {
                let source = self.formula(&expression);
                self.add(at, name, def.group, source, problems);
            }
            Err(errors) => errors.iter().for_each(|error| problems.error(at, error)),
        }
    }

    fn formula(&mut self, expression: &Expression) -> Source {
        let inputs = expression.inputs().iter();
        self.reads.extend(inputs.filter_map(|name| Catalogue::get().position(name)));
        Source::Formula(expression.formula())
    }

    /// An entry that gives a name to an expression.
    fn expression(&mut self, mut fields: Fields<'_>, problems: &mut Problems<'_>) -> Option<()> {
        let name: Option<Text> = fields.required("name", problems);
        if let Some(name) = &name {
            fields.rename(format!("[[feature]] `{}`", name.as_ref()));
        }
        let sql: Option<Text> = fields.required("sql", problems);
        let group: Option<Text> = fields.optional("group", problems);
        fields.finish(problems);
        let (name, sql) = (name?, sql?);
        let at = sql.span().start;
        let place = format!("[[feature]] `{}`", name.as_ref());
        let expression = match Expression::parse(sql.as_ref(), &self.schema) {
            Ok(expression) => expression,
            Err(errors) => {
                errors
                    .iter()
                    .for_each(|error| problems.error(at, format!("{place}, sql: {error}")));
                return None;
            }
        };
        if expression.value_type() == ValueType::Text {
            problems.error(
                at,
                format!("{place}, sql: gives text; a feature is a number or a condition"),
            );
            return None;
        }
        let group = self.group(group.as_ref(), &expression, at, problems)?;
        let source = self.formula(&expression);
        self.add(name.span().start, name.as_ref().clone(), group, source, problems);
        Some(())
    }

    /// The group that a feature is told under: what the file says, else that of the first signal that it reads.
    fn group(
        &self,
        said: Option<&Text>,
        expression: &Expression,
        at: usize,
        problems: &mut Problems<'_>,
    ) -> Option<&'static str> {
        let defs = Catalogue::get().defs();
        let Some(said) = said else {
            let first = expression.inputs().first();
            let def = first.and_then(|name| defs.iter().find(|def| def.name == name));
            if def.is_none() {
                problems.error(
                    at,
                    "a feature that reads no signal is the same for every claim; drop it",
                );
            }
            return def.map(|def| def.group);
        };
        let groups: BTreeSet<&'static str> = defs.iter().map(|def| def.group).collect();
        let found = groups.get(said.as_ref().as_str()).copied();
        if found.is_none() {
            let known = groups.into_iter().collect::<Vec<_>>().join(", ");
            let text = format!("there is no group `{}`; the groups are {known}", said.as_ref());
            problems.error(said.span().start, text);
        }
        found
    }

    /// An entry that tells a text by the share of fraud among claims with it.
    fn encoding(
        &mut self,
        mut fields: Fields<'_>,
        index: usize,
        problems: &mut Problems<'_>,
    ) -> Option<Encoding> {
        let name: Option<Text> = fields.required("name", problems);
        let signal: Option<Text> = fields.required("signal", problems);
        let smoothing: Option<Spanned<f64>> = fields.optional("smoothing", problems);
        fields.finish(problems);
        let (name, signal) = (name?, signal?);
        let (place, def) = self.signal(&signal, problems)?;
        if def.kind != SignalType::Text {
            let text = format!("`{}` is no text; name it in `plain`", def.name);
            problems.error(signal.span().start, text);
        }
        let (at, smoothing) =
            smoothing.map_or((0, SMOOTHING), |s| (s.span().start, s.into_inner()));
        if !(smoothing > 0.0 && smoothing <= SMOOTHING_MAX) {
            let text =
                format!("smoothing is {smoothing}; give a number above 0, at most {SMOOTHING_MAX}");
            problems.error(at, text);
        }
        self.reads.insert(place);
        let name = (name.span().start, name.into_inner());
        self.add(name.0, name.1.clone(), def.group, Source::Encoded(index), problems);
        Some(Encoding { name: name.1, signal: place, smoothing })
    }

    fn signal(
        &self,
        name: &Text,
        problems: &mut Problems<'_>,
    ) -> Option<(usize, &'static SignalDef)> {
        let catalogue = Catalogue::get();
        let place = catalogue.position(name.as_ref());
        let found = place.and_then(|place| Some((place, catalogue.defs().get(place)?)));
        if found.is_none() {
            let names = catalogue.defs().iter().map(|def| def.name);
            let hint = nearest(name.as_ref(), names)
                .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            problems
                .error(name.span().start, format!("there is no signal `{}`{hint}", name.as_ref()));
        }
        found
    }

    fn add(
        &mut self,
        at: usize,
        name: String,
        group: &'static str,
        source: Source,
        problems: &mut Problems<'_>,
    ) {
        if !is_name(&name) {
            let rule = "use a lower-case letter, then lower-case letters, digits and `_`";
            problems.error(at, format!("`{name}` is no name of a feature; {rule}"));
        } else if !self.seen.insert(name.clone()) {
            problems.error(at, format!("the feature `{name}` is there twice; drop or rename one"));
        }
        self.features.push(Feature { name, group: Arc::from(group), source });
    }
}

const fn instead_of_number(def: &SignalDef) -> &'static str {
    if def.words.is_empty() { "write an [[encoding]] for it" } else { "name it in `one_hot`" }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}
