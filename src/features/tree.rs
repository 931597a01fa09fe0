//! An expression as it was understood: the few nodes of the language, typed.

use std::sync::Arc;

use super::schema::{Field, ValueType};

/// A checked expression. Every node is row-wise, and the operands of every node have types that it takes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    /// Its place in the schema.
    Column(usize, Arc<Field>),
    Literal(Literal),
    Not(Box<Self>),
    Logic(Logic, Box<Self>, Box<Self>),
    Compare(Comparison, Box<Self>, Box<Self>),
    Arithmetic(Arithmetic, Box<Self>, Box<Self>),
    IsNull(Box<Self>),
    /// The second where the first is true, else the third.
    Case(Box<Self>, Box<Self>, Box<Self>),
    Coalesce(Vec<Self>),
    /// No list is empty, and none holds null.
    In(Box<Self>, Vec<Literal>),
    Like(Box<Self>, Pattern),
    Affix(Affix, Box<Self>, Box<Self>),
    Call(Function, Vec<Self>),
    Cast(Box<Self>, ValueType),
}

/// A value written in the text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Literal {
    /// Unknown, of whatever type its place asks for.
    Null,
    Bool(bool),
    Int(i64),
    /// Finite.
    Float(f64),
    Text(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Logic {
    And,
    Or,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// Equal, or both null; never null itself.
    Same,
    /// Not [`Self::Same`].
    Distinct,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    /// Of floats.
    Divide,
    /// Of integers, rounded down.
    DivideDown,
    /// What [`Self::DivideDown`] leaves: it has the sign of the divisor.
    Remainder,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Affix {
    Prefix,
    Suffix,
}

/// LIKE's pattern, as SQL writes it, with `%` and `_`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern(pub(super) String);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Abs,
    Floor,
    Ceil,
    /// To this many decimals, halves to even.
    Round(u32),
    Exp,
    /// Of the first to the base of the second.
    Log,
    /// ln(1 + x).
    Log1p,
    Sqrt,
    Pow,
    Greatest,
    Least,
}

impl Comparison {
    /// What holds where this does not, nulls aside.
    pub(super) const fn negated(self) -> Self {
        match self {
            Self::Equal => Self::NotEqual,
            Self::NotEqual => Self::Equal,
            Self::Less => Self::GreaterOrEqual,
            Self::LessOrEqual => Self::Greater,
            Self::Greater => Self::LessOrEqual,
            Self::GreaterOrEqual => Self::Less,
            Self::Same => Self::Distinct,
            Self::Distinct => Self::Same,
        }
    }

    /// Whether it has a truth over nulls too.
    pub(super) const fn sees_null(self) -> bool {
        match self {
            Self::Same | Self::Distinct => true,
            Self::Equal
            | Self::NotEqual
            | Self::Less
            | Self::LessOrEqual
            | Self::Greater
            | Self::GreaterOrEqual => false,
        }
    }

    /// The same with its sides exchanged.
    pub(super) const fn flipped(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            Self::Equal | Self::NotEqual | Self::Same | Self::Distinct => self,
        }
    }
}

impl Literal {
    /// None for null.
    pub(super) const fn value_type(&self) -> Option<ValueType> {
        match self {
            Self::Null => None,
            Self::Bool(_) => Some(ValueType::Bool),
            Self::Int(_) => Some(ValueType::Int),
            Self::Float(_) => Some(ValueType::Float),
            Self::Text(_) => Some(ValueType::Text),
        }
    }

    pub(super) const fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(*value) } else { None }
    }

    pub(super) const fn as_int(&self) -> Option<i64> {
        if let Self::Int(value) = self { Some(*value) } else { None }
    }

    /// The float of a number; of an integer the next one.
    pub(super) const fn as_float(&self) -> Option<f64> {
        match self {
            Self::Float(value) => Some(*value),
            #[expect(clippy::cast_precision_loss, reason = "an integer meets a float")]
            Self::Int(value) => Some(*value as f64),
            Self::Null | Self::Bool(_) | Self::Text(_) => None,
        }
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        if let Self::Text(value) = self { Some(value) } else { None }
    }
}

impl Node {
    /// The type, or none for a bare NULL.
    pub(super) fn value_type(&self) -> Option<ValueType> {
        match self {
            Self::Column(_, field) => Some(field.value_type),
            Self::Literal(literal) => literal.value_type(),
            Self::Not(_)
            | Self::Logic(..)
            | Self::Compare(..)
            | Self::IsNull(_)
            | Self::In(..)
            | Self::Like(..)
            | Self::Affix(..) => Some(ValueType::Bool),
            Self::Arithmetic(Arithmetic::Divide, ..) => Some(ValueType::Float),
            Self::Arithmetic(_, left, right) => widest([left.as_ref(), right]),
            Self::Case(_, then, otherwise) => widest([then.as_ref(), otherwise]),
            Self::Coalesce(items) => widest(items),
            Self::Call(function, arguments) => match function {
                Function::Abs
                | Function::Floor
                | Function::Ceil
                | Function::Round(_)
                | Function::Greatest
                | Function::Least => widest(arguments),
                Function::Exp
                | Function::Log
                | Function::Log1p
                | Function::Sqrt
                | Function::Pow => Some(ValueType::Float),
            },
            Self::Cast(_, to) => Some(*to),
        }
    }

    /// The nodes that this one is made of.
    pub(super) fn children(&self) -> Vec<&Self> {
        match self {
            Self::Column(..) | Self::Literal(_) => Vec::new(),
            Self::Not(a)
            | Self::IsNull(a)
            | Self::In(a, _)
            | Self::Like(a, _)
            | Self::Cast(a, _) => {
                vec![a]
            }
            Self::Logic(_, a, b)
            | Self::Compare(_, a, b)
            | Self::Arithmetic(_, a, b)
            | Self::Affix(_, a, b) => vec![a, b],
            Self::Case(a, b, c) => vec![a, b, c],
            Self::Coalesce(items) | Self::Call(_, items) => items.iter().collect(),
        }
    }

    /// The columns that it reads, as often as it reads them.
    pub(super) fn fields(&self) -> Vec<&Field> {
        if let Self::Column(_, field) = self {
            return vec![field];
        }
        self.children().into_iter().flat_map(Self::fields).collect()
    }
}

/// The type that holds all of these, which were checked to agree: a float if there is one among integers.
pub(super) fn widest<'a>(nodes: impl IntoIterator<Item = &'a Node>) -> Option<ValueType> {
    nodes.into_iter().filter_map(Node::value_type).reduce(|a, b| match (a, b) {
        (ValueType::Int, ValueType::Float) => ValueType::Float,
        (a, _) => a,
    })
}
