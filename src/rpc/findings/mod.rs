//! `vouch.v1.FindingService`.

mod stream;

use std::sync::Arc;

use tokio::sync::mpsc;
use tonic::{Request, Response, Status};
use tracing::Instrument;

use super::ask::Ask;
use super::context::{Answers, Context, admitted, answering};
use super::error::RpcError;
use crate::wire::decode_finding_kinds;
use crate::wire::pb::v1;
use crate::wire::pb::v1::finding_service_server::FindingService;

/// Findings that the engine is asked for at once: reading them holds up claims, and they are all that a stream keeps in
/// memory.
pub(super) const PAGE_MAX: usize = 32;
/// Findings that may wait for the client; then the engine is not asked for more.
const FINDINGS_WAITING_MAX: usize = 16;

/// Offers what was noticed.
#[derive(Debug)]
pub(super) struct Findings<E>(pub(super) Arc<Context<E>>);

#[tonic::async_trait]
impl<E: Ask> FindingService for Findings<E> {
    type WatchFindingsStream = Answers<v1::WatchFindingsResponse>;

    async fn watch_findings(
        &self,
        request: Request<v1::WatchFindingsRequest>,
    ) -> Result<Response<Self::WatchFindingsStream>, Status> {
        let call = admitted(&request)?;
        let request = request.into_inner();
        let kinds = decode_finding_kinds(request.kinds, "kinds")
            .map_err(|violations| RpcError::from(violations).status())?;
        let wanted = stream::Wanted { after: request.after_position, kinds };
        let (answers, receiver) = mpsc::channel(FINDINGS_WAITING_MAX);
        let run = stream::run(Arc::clone(&self.0), wanted, answers, call);
        self.0.gate.tasks.spawn(run.in_current_span());
        Ok(answering(receiver))
    }
}
