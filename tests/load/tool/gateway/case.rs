//! What is sent through the proxies.

/// One measured request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    /// 1 KiB, one request at a time: what a proxy adds to the time.
    Alone,
    /// 1 KiB, 32 at a time: what a request costs.
    Small,
    /// 64 KiB down.
    Medium,
    /// 1 MiB down.
    Large,
    /// 64 KiB up.
    Upload,
}

/// Bytes that are sent up.
const UP: usize = 64 << 10;

impl Case {
    pub(super) const ALL: [Self; 5] = [Self::Alone, Self::Small, Self::Medium, Self::Large, Self::Upload];

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Alone => "GET 1 KiB, 1 connection",
            Self::Small => "GET 1 KiB, 32 connections",
            Self::Medium => "GET 64 KiB, 32 connections",
            Self::Large => "GET 1 MiB, 8 connections",
            Self::Upload => "POST 64 KiB, 32 connections",
        }
    }

    pub(super) fn connections(self) -> usize {
        match self {
            Self::Alone => 1,
            Self::Large => 8,
            Self::Small | Self::Medium | Self::Upload => 32,
        }
    }

    /// The request as it goes over the wire; the upstream knows the paths.
    pub(super) fn request(self) -> Vec<u8> {
        let fields = "host: localhost\r\naccept: */*\r\nuser-agent: velithon-load\r\n";
        let path = match self {
            Self::Alone | Self::Small => "/1k",
            Self::Medium => "/64k",
            Self::Large => "/1m",
            Self::Upload => {
                let mut request = format!("POST / HTTP/1.1\r\n{fields}content-length: {UP}\r\n\r\n").into_bytes();
                request.resize(request.len() + UP, b'x');
                return request;
            }
        };
        format!("GET {path} HTTP/1.1\r\n{fields}\r\n").into_bytes()
    }
}
