//! The columns that an expression may read.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The type of a column or of an expression. Every value may also be null: unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueType {
    /// True or false.
    Bool,
    /// A 64-bit signed integer.
    Int,
    /// A 64-bit float, always finite.
    Float,
    /// UTF-8 text.
    Text,
}

impl ValueType {
    /// Whether arithmetic applies.
    #[must_use]
    pub const fn is_number(self) -> bool {
        match self {
            Self::Int | Self::Float => true,
            Self::Bool | Self::Text => false,
        }
    }
}

impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Float => "float",
            Self::Text => "text",
        })
    }
}

/// The values that a column can take when it is not null.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Domain {
    /// Every value of its type.
    Any,
    /// Numbers from this one on.
    AtLeast(f64),
    /// Numbers from the first to the second, both included.
    Within(f64, f64),
    /// These texts.
    Words(&'static [&'static str]),
}

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Lower-case letters, digits and underscores; unique in its schema.
    pub name: Arc<str>,
    /// What it holds.
    pub value_type: ValueType,
    /// The values that it can take.
    pub domain: Domain,
}

impl Field {
    /// A column of any value of its type.
    #[must_use]
    pub fn new(name: &str, value_type: ValueType) -> Self {
        Self { name: name.into(), value_type, domain: Domain::Any }
    }

    /// The same column, limited to a domain.
    #[must_use]
    pub fn within(self, domain: Domain) -> Self {
        Self { domain, ..self }
    }
}

/// Why fields make no schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// Two fields share a name.
    #[error("the column `{name}` is there twice; give each its own name")]
    Duplicate {
        /// The name.
        name: String,
    },
    /// The name cannot be written in an expression.
    #[error(
        "`{name}` is no column name; use a lower-case letter, then lower-case letters, digits and `_`"
    )]
    BadName {
        /// What was given.
        name: String,
    },
    /// The domain is none of the type.
    #[error("the domain of the column `{name}` does not fit its type {value_type}")]
    BadDomain {
        /// The column.
        name: String,
        /// Its type.
        value_type: ValueType,
    },
}

/// Columns in order, found by name in constant time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Schema {
    fields: Vec<Arc<Field>>,
    positions: HashMap<Arc<str>, usize>,
}

impl Schema {
    /// A schema of these fields, in their order.
    ///
    /// # Errors
    /// A name is there twice or cannot be written in an expression; a domain does not fit its type.
    pub fn new(fields: impl IntoIterator<Item = Field>) -> Result<Self, SchemaError> {
        let mut schema = Self::default();
        for field in fields {
            let name = || field.name.to_string();
            if !is_name(&field.name) {
                return Err(SchemaError::BadName { name: name() });
            }
            let fits = match field.domain {
                Domain::Any => true,
                Domain::AtLeast(_) | Domain::Within(..) => field.value_type.is_number(),
                Domain::Words(_) => field.value_type == ValueType::Text,
            };
            if !fits {
                return Err(SchemaError::BadDomain { name: name(), value_type: field.value_type });
            }
            let position = schema.fields.len();
            if schema.positions.insert(Arc::clone(&field.name), position).is_some() {
                return Err(SchemaError::Duplicate { name: name() });
            }
            schema.fields.push(Arc::new(field));
        }
        Ok(schema)
    }

    /// The fields in order.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = &Field> {
        self.fields.iter().map(AsRef::as_ref)
    }

    /// The field of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Field> {
        self.shared(name).map(|(_, field)| field.as_ref())
    }

    /// The place of a name, from 0.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.positions.get(name).copied()
    }

    /// The place and field of a name.
    pub(super) fn shared(&self, name: &str) -> Option<(usize, &Arc<Field>)> {
        let position = self.position(name)?;
        Some((position, self.fields.get(position)?))
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}
