//! polars' expressions lowered once to its physical ones: the only file that touches polars' internals, which change
//! between versions. Planning costs some 30 us per expression and call, evaluating what was planned far less.

use std::fmt;
use std::sync::Arc;

use polars::lazy::dsl::Expr;
use polars::lazy::frame::{IntoLazy, OptFlags};
use polars::prelude::{Column, DataFrame, PolarsResult, SchemaRef, polars_bail};
use polars_expr::planner::{ExpressionConversionState, create_physical_expr};
use polars_expr::prelude::PhysicalExpr;
use polars_expr::state::ExecutionState;
use polars_plan::plans::IR;
use polars_plan::plans::expr_ir::ExprIR;

/// An expression ready to be evaluated over frames of one schema.
#[derive(Clone)]
pub(super) struct Physical(Arc<dyn PhysicalExpr>);

impl fmt::Debug for Physical {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Physical")
    }
}

impl Physical {
    /// Lets the optimiser settle the types on an empty frame, then takes its plan's only expression.
    pub(super) fn compile(expr: Expr, schema: &SchemaRef) -> PolarsResult<Self> {
        let shared = OptFlags::COMM_SUBEXPR_ELIM | OptFlags::COMM_SUBPLAN_ELIM;
        let mut plan = DataFrame::empty_with_schema(schema)
            .lazy()
            .with_optimizations(OptFlags::default() & !shared)
            // A new name keeps the projection from being optimised away.
            .select([expr.alias("0")])
            .to_alp_optimized()?;
        let IR::Select { expr, .. } = plan.lp_arena.get(plan.lp_top) else {
            polars_bail!(ComputeError: "the plan of an expression is no projection");
        };
        let [expr] = expr.as_slice() else {
            polars_bail!(ComputeError: "the plan of an expression projects something else");
        };
        let unnamed = ExprIR::from_node(expr.node(), &plan.expr_arena);
        let mut state = ExpressionConversionState::new(false);
        create_physical_expr(&unnamed, &mut plan.expr_arena, schema, &mut state).map(Self)
    }

    /// The values for a frame: one for each row, or a single one for all.
    pub(super) fn evaluate(&self, frame: &DataFrame, state: &State) -> PolarsResult<Column> {
        self.0.evaluate(frame, &state.0)
    }
}

/// What evaluations of one frame share.
pub(super) struct State(ExecutionState);

impl State {
    pub(super) fn new() -> Self {
        Self(ExecutionState::new())
    }
}
