//! An expression written as SQL again, for messages.

use std::f64::consts::E;
use std::fmt::{self, Display, Formatter};

use super::schema::ValueType;
use super::tree::{Affix, Arithmetic, Comparison, Function, Literal, Logic, Node};

impl Display for Node {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Column(_, field) => f.write_str(&field.name),
            Self::Literal(literal) => literal.fmt(f),
            Self::Not(inner) => negated(inner, f),
            Self::Logic(op, left, right) => {
                let word = match op {
                    Logic::And => "AND",
                    Logic::Or => "OR",
                };
                write!(f, "({left} {word} {right})")
            }
            Self::Compare(op, left, right) => write!(f, "{left} {op} {right}"),
            Self::Arithmetic(op, left, right) => {
                let (left, right) = (Operand(left), Operand(right));
                write!(f, "{left} {op} {right}")
            }
            Self::IsNull(inner) => write!(f, "{} IS NULL", Operand(inner)),
            Self::Case(condition, then, otherwise) => {
                write!(f, "CASE WHEN {condition} THEN {then} ELSE {otherwise} END")
            }
            Self::Coalesce(items) => write!(f, "COALESCE({})", List(items)),
            Self::In(value, list) => write!(f, "{} IN ({})", Operand(value), List(list)),
            Self::Like(value, pattern) => {
                write!(f, "{} LIKE {}", Operand(value), Literal::Text(pattern.0.clone()))
            }
            Self::Affix(Affix::Prefix, value, part) => write!(f, "STARTS_WITH({value}, {part})"),
            Self::Affix(Affix::Suffix, value, part) => write!(f, "ENDS_WITH({value}, {part})"),
            Self::Call(function, arguments) => call(*function, arguments, f),
            Self::Cast(value, to) => {
                let name = match to {
                    ValueType::Bool => "BOOLEAN",
                    ValueType::Int => "BIGINT",
                    ValueType::Float => "DOUBLE",
                    ValueType::Text => "VARCHAR",
                };
                write!(f, "CAST({value} AS {name})")
            }
        }
    }
}

fn negated(inner: &Node, f: &mut Formatter<'_>) -> fmt::Result {
    if let Node::IsNull(value) = inner {
        write!(f, "{} IS NOT NULL", Operand(value))
    } else if let Node::In(value, list) = inner {
        write!(f, "{} NOT IN ({})", Operand(value), List(list))
    } else {
        write!(f, "NOT {}", Operand(inner))
    }
}

fn call(function: Function, arguments: &[Node], f: &mut Formatter<'_>) -> fmt::Result {
    let name = match function {
        Function::Abs => "ABS",
        Function::Floor => "FLOOR",
        Function::Ceil => "CEIL",
        Function::Round(0) => "ROUND",
        Function::Round(decimals) => return write!(f, "ROUND({}, {decimals})", List(arguments)),
        Function::Exp => "EXP",
        Function::Log => {
            return match arguments {
                [value, Node::Literal(Literal::Float(base))] if base.to_bits() == E.to_bits() => {
                    write!(f, "LN({value})")
                }
                arguments => write!(f, "LOG({})", List(arguments)),
            };
        }
        Function::Log1p => "LOG1P",
        Function::Sqrt => "SQRT",
        Function::Pow => "POW",
        Function::Greatest => "GREATEST",
        Function::Least => "LEAST",
    };
    write!(f, "{name}({})", List(arguments))
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("NULL"),
            Self::Bool(true) => f.write_str("TRUE"),
            Self::Bool(false) => f.write_str("FALSE"),
            Self::Int(value) => value.fmt(f),
            Self::Float(value) => write!(f, "{value:?}"),
            Self::Text(value) => write!(f, "'{}'", value.replace('\'', "''")),
        }
    }
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Equal => "=",
            Self::NotEqual => "<>",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Same => "<=>",
            Self::Distinct => "IS DISTINCT FROM",
        })
    }
}

impl Display for Arithmetic {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::DivideDown => "//",
            Self::Remainder => "%",
        })
    }
}

/// In parentheses when it is more than a name, a value or a call.
struct Operand<'a>(&'a Node);

impl Display for Operand<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(node) = self;
        match node {
            Node::Column(..)
            | Node::Literal(_)
            | Node::Logic(..)
            | Node::Coalesce(_)
            | Node::Affix(..)
            | Node::Call(..)
            | Node::Case(..)
            | Node::Cast(..) => node.fmt(f),
            Node::Not(_)
            | Node::Compare(..)
            | Node::Arithmetic(..)
            | Node::IsNull(_)
            | Node::In(..)
            | Node::Like(..) => write!(f, "({node})"),
        }
    }
}

struct List<'a, T>(&'a [T]);

impl<T: Display> Display for List<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (i, item) in self.0.iter().enumerate() {
            write!(f, "{}{item}", if i == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}
