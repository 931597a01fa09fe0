//! Bounds on the text of an expression, held before SQL's parser sees it: the parser and the trees behind it recurse,
//! and a subquery could read a file.

use super::ExpressionError;

/// Longest text of an expression, in bytes.
pub const SQL_MAX_BYTES: usize = 4096;

/// Deepest nesting of parentheses and CASE.
pub const NESTING_MAX: usize = 20;

/// Most names, keywords and operators; literals, commas and parentheses are free, so that long lists fit.
pub const WORDS_MAX: usize = 300;

/// Words that begin queries, windows or joins, and the reason to refuse them.
const QUERY_WORDS: [&str; 8] =
    ["SELECT", "WITH", "VALUES", "TABLE", "FROM", "EXISTS", "OVER", "INTERVAL"];

const NO_QUERY: &str = "is not allowed: a value may depend on its own row only";

/// Checks length, nesting, size and the signs used.
///
/// # Errors
/// The first thing that does not hold.
pub(super) fn scan(sql: &str) -> Result<(), ExpressionError> {
    if sql.len() > SQL_MAX_BYTES {
        return Err(ExpressionError::TooLong { bytes: sql.len() });
    }
    let mut scanner = Scanner { rest: sql, at: 0, depth: 0, words: 0, tail: ["", "", ""] };
    let mut tokens = 0;
    while let Some(token) = scanner.token()? {
        scanner.admit(token)?;
        tokens += 1;
    }
    match (tokens, scanner.depth) {
        (0, _) => Err(ExpressionError::Empty),
        (_, 0) => Ok(()),
        (_, _) => Err(ExpressionError::Syntax {
            message: "a `(` or CASE is not closed; add `)` or END".to_owned(),
        }),
    }
}

struct Scanner<'a> {
    rest: &'a str,
    at: usize,
    depth: usize,
    words: usize,
    /// The three tokens before, the newest last.
    tail: [&'a str; 3],
}

impl<'a> Scanner<'a> {
    /// The next token, or none at the end.
    fn token(&mut self) -> Result<Option<&'a str>, ExpressionError> {
        let start = self.rest.trim_ascii_start();
        self.at += self.rest.len() - start.len();
        self.rest = start;
        let Some(first) = start.chars().next() else { return Ok(None) };
        let end = match first {
            'a'..='z' | 'A'..='Z' | '_' => end_of(start, |c| c.is_ascii_alphanumeric() || c == '_'),
            '0'..='9' => self.number(start)?,
            '\'' => self.string(start)?,
            '(' | ')' | ',' | '+' | '*' | '%' => 1,
            '-' if start.starts_with("--") => {
                return Err(self.bad("--", "begins a comment; drop it"));
            }
            '/' if start.starts_with("/*") => {
                return Err(self.bad("/*", "begins a comment; drop it"));
            }
            '/' if start.starts_with("//") => 2,
            '-' | '/' => 1,
            '<' | '>' | '=' | '!' => self.comparison(start)?,
            '"' | '`' => {
                return Err(self.bad(
                    &first.to_string(),
                    "is no quote here; write columns bare and texts in single quotes",
                ));
            }
            '.' => return Err(self.bad(".", "stands alone; write `0.5` for a number")),
            other => {
                return Err(self.bad(&other.to_string(), "is not part of the language; drop it"));
            }
        };
        let (token, rest) = start.split_at_checked(end).unwrap_or((start, ""));
        if first.is_ascii_alphabetic() && rest.starts_with('\'') {
            return Err(self.bad(token, "touches a quote; put a space between them"));
        }
        self.rest = rest;
        Ok(Some(token))
    }

    /// Counts a token and refuses what polars would misread.
    fn admit(&mut self, token: &'a str) -> Result<(), ExpressionError> {
        let upper = token.to_ascii_uppercase();
        let [_, before, last] = self.tail;
        match upper.as_str() {
            "(" | "CASE" => self.depth += 1,
            // Some functions of the parser panic without arguments.
            ")" if last == "(" => {
                return Err(self.bad("()", "is empty; no function here is without arguments"));
            }
            ")" | "END" => {
                self.depth = self
                    .depth
                    .checked_sub(1)
                    .ok_or_else(|| self.bad(token, "closes nothing; drop it or open it before"))?;
            }
            // polars computes `x IS TRUE` as `x = TRUE`: null for null, where SQL says false.
            "TRUE" | "FALSE" if is(last, "IS") || (is(last, "NOT") && is(before, "IS")) => {
                return Err(self.bad(token, "after IS is not allowed; write `COALESCE(x, FALSE)`"));
            }
            // The parser takes all that follows FROM for its right side.
            "DISTINCT" => {
                return Err(
                    self.bad(token, "is not allowed; write `x <=> y`, under NOT for its contrary")
                );
            }
            word if QUERY_WORDS.contains(&word) => return Err(self.bad(token, NO_QUERY)),
            _ => {}
        }
        if self.depth > NESTING_MAX {
            return Err(ExpressionError::TooDeep);
        }
        let free = |c: char| c.is_ascii_digit() || matches!(c, '\'' | '(' | ')' | ',');
        if !token.starts_with(free) {
            self.words += 1;
        }
        if self.words > WORDS_MAX {
            return Err(ExpressionError::TooLarge);
        }
        self.at += token.len();
        self.tail = [before, last, token];
        Ok(())
    }

    /// The end of `12`, `1.5` or `1.5e-3`.
    fn number(&self, start: &str) -> Result<usize, ExpressionError> {
        let whole = end_of(start, |c| c.is_ascii_digit());
        let fraction = start.get(whole..).and_then(|rest| rest.strip_prefix('.'));
        let mut end = match fraction {
            Some(digits) => whole + 1 + end_of(digits, |c| c.is_ascii_digit()),
            None => whole,
        };
        if let Some(power) = start.get(end..).and_then(|rest| rest.strip_prefix(['e', 'E'])) {
            let sign = usize::from(power.starts_with(['+', '-']));
            let digits = end_of(power.get(sign..).unwrap_or_default(), |c| c.is_ascii_digit());
            if fraction.is_none() || digits == 0 {
                return Err(
                    self.bad(start.get(..=end).unwrap_or(start), "is no number; write `1.0e5`")
                );
            }
            end += 1 + sign + digits;
        }
        let touches = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '\'');
        if start.get(end..).is_some_and(|rest| rest.starts_with(touches)) {
            return Err(self.bad(
                start.get(..end).unwrap_or(start),
                "runs into what follows; put a space after it",
            ));
        }
        Ok(end)
    }

    /// The end of a text in single quotes, where `''` stands for one quote.
    fn string(&self, start: &str) -> Result<usize, ExpressionError> {
        let mut end = 1;
        loop {
            let Some(length) = start.get(end..).and_then(|rest| rest.find('\'')) else {
                return Err(self.bad("'", "opens a text that is not closed; add a quote"));
            };
            end += length + 1;
            match start.get(end..) {
                Some(rest) if rest.starts_with('\'') => end += 1,
                Some(_) | None => return Ok(end),
            }
        }
    }

    fn comparison(&self, start: &str) -> Result<usize, ExpressionError> {
        ["<=>", "<=", ">=", "<>", "!=", "<", ">", "="]
            .iter()
            .find(|sign| start.starts_with(**sign))
            .map(|sign| sign.len())
            .ok_or_else(|| self.bad("!", "is no operator; write NOT or `<>`"))
    }

    fn bad(&self, found: &str, problem: &'static str) -> ExpressionError {
        ExpressionError::BadText { found: found.to_owned(), at: self.at, problem }
    }
}

fn is(token: &str, word: &str) -> bool {
    token.eq_ignore_ascii_case(word)
}

fn end_of(text: &str, inside: impl Fn(char) -> bool) -> usize {
    text.find(|c| !inside(c)).unwrap_or(text.len())
}
