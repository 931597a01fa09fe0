//! The functions that an expression may call.

use polars::lazy::dsl::{BooleanFunction, Expr, FunctionExpr, PowFunction, StringFunction};
use polars::prelude::LiteralValue;

use super::read::Reader;
use super::tree::{Affix, Function, Node, Pattern};

const FUNCTIONS: &str = "the functions are ABS, CEIL, COALESCE, ENDS_WITH, EXP, FLOOR, GREATEST, \
    IF, LEAST, LN, LOG, LOG10, LOG1P, LOG2, NULLIF, POW, ROUND, SQRT and STARTS_WITH";

/// Decimals beyond a float's precision say nothing and overflow inside.
const ROUND_MAX_DECIMALS: u32 = 12;

/// Reads a call.
pub(super) fn read(
    reader: &mut Reader<'_>,
    input: &[Expr],
    function: &FunctionExpr,
) -> Option<Node> {
    let function = match (function, input) {
        (FunctionExpr::Boolean(BooleanFunction::Not), [operand]) => return reader.not(operand),
        (FunctionExpr::Boolean(BooleanFunction::IsNull), [value]) => {
            let value = reader.read(value)?;
            return reader.checked(Node::IsNull(Box::new(value)));
        }
        (FunctionExpr::Boolean(BooleanFunction::IsNotNull), [value]) => {
            let value = reader.read(value)?;
            let test = reader.checked(Node::IsNull(Box::new(value)))?;
            return Some(Node::Not(Box::new(test)));
        }
        (FunctionExpr::Boolean(BooleanFunction::IsIn { nulls_equal: false }), [value, set]) => {
            return reader.is_in(value, set);
        }
        (FunctionExpr::StringExpr(function), [value, part]) => {
            return text(reader, function, value, part);
        }
        (FunctionExpr::Coalesce, items) => {
            let items = all(reader, items)?;
            return reader.checked(Node::Coalesce(items));
        }
        // SUM arrives as a choice that counts nulls.
        (FunctionExpr::NullCount, _) => return reader.refuse_aggregate(),
        (FunctionExpr::Abs, [_]) => Function::Abs,
        (FunctionExpr::Floor, [_]) => Function::Floor,
        (FunctionExpr::Ceil, [_]) => Function::Ceil,
        (FunctionExpr::Round { decimals, .. }, [_]) if *decimals <= ROUND_MAX_DECIMALS => {
            Function::Round(*decimals)
        }
        (FunctionExpr::Round { .. }, _) => {
            return reader.refuse("ROUND to so many decimals", "give at most 12");
        }
        (FunctionExpr::Exp, [_]) => Function::Exp,
        (FunctionExpr::Log, [_, _]) => Function::Log,
        (FunctionExpr::Log1p, [_]) => Function::Log1p,
        (FunctionExpr::Pow(PowFunction::Sqrt), [_]) => Function::Sqrt,
        (FunctionExpr::Pow(PowFunction::Generic), [_, _]) => Function::Pow,
        (FunctionExpr::MaxHorizontal, [_, ..]) => Function::Greatest,
        (FunctionExpr::MinHorizontal, [_, ..]) => Function::Least,
        (other, _) => return reader.refuse(&format!("the function `{other}`"), FUNCTIONS),
    };
    let arguments = all(reader, input)?;
    reader.checked(Node::Call(function, arguments))
}

/// All arguments, so that the faults of each are found.
fn all(reader: &mut Reader<'_>, input: &[Expr]) -> Option<Vec<Node>> {
    let arguments: Vec<_> = input.iter().map(|argument| reader.read(argument)).collect();
    arguments.into_iter().collect()
}

#[expect(clippy::wildcard_enum_match_arm, reason = "a white list: all else is refused")]
fn text(
    reader: &mut Reader<'_>,
    function: &StringFunction,
    value: &Expr,
    part: &Expr,
) -> Option<Node> {
    let side = match function {
        StringFunction::StartsWith => Affix::Prefix,
        StringFunction::EndsWith => Affix::Suffix,
        StringFunction::Contains { literal: false, .. } => {
            let Some(pattern) = pattern(part) else {
                return reader.refuse("a regular expression or ILIKE", "use LIKE");
            };
            let value = Box::new(reader.read(value)?);
            return reader.checked(Node::Like(value, pattern));
        }
        other => return reader.refuse(&format!("the function `{other}`"), FUNCTIONS),
    };
    let (value, part) = (reader.read(value), reader.read(part));
    reader.checked(Node::Affix(side, Box::new(value?), Box::new(part?)))
}

/// LIKE's pattern, out of the regular expression that the parser made of it; none if a person wrote that expression. The
/// parser leaves no `%` and no `_` in it.
fn pattern(part: &Expr) -> Option<Pattern> {
    let Expr::Literal(literal) = part else { return None };
    let regex = LiteralValue::extract_str(literal)?;
    let body = regex.strip_prefix("^(?s)")?.strip_suffix('$')?;
    let (mut like, mut rest) = (String::new(), body.chars().peekable());
    while let Some(sign) = rest.next() {
        match sign {
            '.' if rest.next_if_eq(&'*').is_some() => like.push('%'),
            '.' => like.push('_'),
            '\\' => like.push(rest.next().filter(char::is_ascii_punctuation)?),
            '^' | '$' | '*' | '+' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '|' | '%' | '_' => {
                return None;
            }
            plain => like.push(plain),
        }
    }
    Some(Pattern(like))
}
