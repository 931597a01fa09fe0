//! The methods of our services.

/// A method of our services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    ScoreRefund,
    ScoreRefunds,
    GetDecision,
    RecordFacts,
    StreamFacts,
    WatchFindings,
}

/// The service that a method belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    Risk,
    Facts,
    Findings,
}

impl Method {
    /// Every method, by place.
    pub(super) const ALL: [Self; 6] = [
        Self::ScoreRefund,
        Self::ScoreRefunds,
        Self::GetDecision,
        Self::RecordFacts,
        Self::StreamFacts,
        Self::WatchFindings,
    ];

    /// The method behind the path of a request; `None` for health, reflection and what does not exist.
    pub(super) fn of(path: &str) -> Option<Self> {
        match path {
            "/vouch.v1.RefundRiskService/ScoreRefund" => Some(Self::ScoreRefund),
            "/vouch.v1.RefundRiskService/ScoreRefunds" => Some(Self::ScoreRefunds),
            "/vouch.v1.RefundRiskService/GetDecision" => Some(Self::GetDecision),
            "/vouch.v1.FactService/RecordFacts" => Some(Self::RecordFacts),
            "/vouch.v1.FactService/StreamFacts" => Some(Self::StreamFacts),
            "/vouch.v1.FindingService/WatchFindings" => Some(Self::WatchFindings),
            _ => None,
        }
    }

    /// Its name, as in the proto files.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::ScoreRefund => "ScoreRefund",
            Self::ScoreRefunds => "ScoreRefunds",
            Self::GetDecision => "GetDecision",
            Self::RecordFacts => "RecordFacts",
            Self::StreamFacts => "StreamFacts",
            Self::WatchFindings => "WatchFindings",
        }
    }

    pub(super) const fn owner(self) -> Owner {
        match self {
            Self::ScoreRefund | Self::ScoreRefunds | Self::GetDecision => Owner::Risk,
            Self::RecordFacts | Self::StreamFacts => Owner::Facts,
            Self::WatchFindings => Owner::Findings,
        }
    }

    /// It takes or gives more than one message.
    pub(super) const fn is_stream(self) -> bool {
        match self {
            Self::ScoreRefunds | Self::StreamFacts | Self::WatchFindings => true,
            Self::ScoreRefund | Self::GetDecision | Self::RecordFacts => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use prost::Message;

    use super::Method;
    use crate::wire::pb::DESCRIPTORS;

    #[test]
    fn every_method_of_the_proto_files_is_known() {
        let set = prost_types::FileDescriptorSet::decode(DESCRIPTORS).unwrap();
        let mut known = 0;
        for file in set.file {
            for service in &file.service {
                for method in &service.method {
                    let path = format!("/{}.{}/{}", file.package(), service.name(), method.name());
                    let found = Method::of(&path).unwrap_or_else(|| panic!("{path} is unknown"));
                    assert_eq!(found.name(), method.name());
                    let streaming = method.client_streaming() || method.server_streaming();
                    assert_eq!(found.is_stream(), streaming);
                    known += 1;
                }
            }
        }
        assert_eq!(known, 6);
        assert_eq!(Method::of("/grpc.health.v1.Health/Check"), None);
    }
}
