//! The methods of our services.

/// A method of our services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    ScoreRefund,
    ScoreRefunds,
    GetDecision,
    RecordFacts,
    StreamFacts,
}

impl Method {
    /// The method behind the path of a request; `None` for health, reflection and what does not exist.
    pub(super) fn of(path: &str) -> Option<Self> {
        match path {
            "/vouch.v1.RefundRiskService/ScoreRefund" => Some(Self::ScoreRefund),
            "/vouch.v1.RefundRiskService/ScoreRefunds" => Some(Self::ScoreRefunds),
            "/vouch.v1.RefundRiskService/GetDecision" => Some(Self::GetDecision),
            "/vouch.v1.FactService/RecordFacts" => Some(Self::RecordFacts),
            "/vouch.v1.FactService/StreamFacts" => Some(Self::StreamFacts),
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
        }
    }

    /// It takes more than one message.
    pub(super) const fn is_stream(self) -> bool {
        match self {
            Self::ScoreRefunds | Self::StreamFacts => true,
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
                    assert_eq!(found.is_stream(), method.client_streaming());
                    known += 1;
                }
            }
        }
        assert_eq!(known, 5);
        assert_eq!(Method::of("/grpc.health.v1.Health/Check"), None);
    }
}
