//! The loop that velithon's server runs, written by hand and without what it keeps besides: one thread per core, each
//! with a single-threaded runtime and a listener of its own, hyper's HTTP/1 connection straight on the socket.
//!
//! No limits, no timeouts, no graceful end, no HTTP/2: who is measured against it pays for those alone.

use std::future::Future;
use std::io;
use std::net::SocketAddr;

use http::{Request, Response};
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::TokioIo;
use socket2::{Domain, Socket, Type};
use tokio::net::TcpListener;
use tokio::runtime::Builder;

/// Serves for ever; `service` is made once for each core.
///
/// # Errors
/// When the port is taken or a thread cannot be started.
pub fn serve<S, B>(address: SocketAddr, service: impl Fn() -> S + Clone + Send + 'static) -> io::Result<()>
where
    S: Service<Request<Incoming>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Future<Output = Result<Response<B>, S::Error>> + Send + 'static,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let cores = std::thread::available_parallelism()?.get();
    let sockets = (0..cores).map(|_| listener(address)).collect::<io::Result<Vec<_>>>()?;
    let threads = sockets.into_iter().map(|socket| {
        let service = service.clone();
        std::thread::spawn(move || core(socket, service()))
    });
    let threads: Vec<_> = threads.collect();
    for thread in threads {
        thread.join().map_err(|_| io::Error::other("a thread panicked"))??;
    }
    Ok(())
}

fn listener(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(4096)?;
    Ok(socket.into())
}

fn core<S, B>(socket: std::net::TcpListener, service: S) -> io::Result<()>
where
    S: Service<Request<Incoming>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send + 'static,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async move {
        let listener = TcpListener::from_std(socket)?;
        let mut http = http1::Builder::new();
        http.header_read_timeout(None).pipeline_flush(true);
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let connection = http.serve_connection(TokioIo::new(stream), service.clone());
            tokio::spawn(async move {
                // A client that leaves is the usual end.
                let _ = connection.await;
            });
        }
    })
}
