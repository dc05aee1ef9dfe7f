//! Unix sockets to listen on, and the file each of them stands for.
//!
//! A file outlives a server that was killed. It is replaced only when it is a socket and nobody listens on it.

use std::fs;
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use socket2::{Domain, SockAddr, Socket, Type};

use super::listen::Bound;
use crate::fault::Fault;
use crate::peer::Address;

/// The file of a socket; dropping it removes the file, unless another server has put its own there.
#[derive(Debug)]
pub(super) struct SocketFile {
    path: PathBuf,
    inode: u64,
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if fs::symlink_metadata(&self.path).is_ok_and(|found| found.ino() == self.inode) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Listens on the Unix socket `path`.
pub(super) fn bind(path: &Path, backlog: u32) -> Result<Bound, Fault> {
    remove_stale(path)?;
    listen(path, backlog).map_err(|error| {
        cannot_bind(path)
            .why(error.to_string())
            .help("choose a path in a folder this user may write to: VELITHON_SERVER__UNIX")
    })
}

/// Where a listener stands.
pub(super) fn address(listener: &UnixListener) -> Address {
    Address::Unix(listener.local_addr().ok().and_then(|address| address.as_pathname().map(Into::into)))
}

fn listen(path: &Path, backlog: u32) -> io::Result<Bound> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    socket.bind(&SockAddr::unix(path)?)?;
    let file = SocketFile { path: path.to_owned(), inode: fs::symlink_metadata(path)?.ino() };
    socket.listen(i32::try_from(backlog).unwrap_or(i32::MAX))?;
    Ok(Bound::Unix(socket.into(), Some(file)))
}

fn remove_stale(path: &Path) -> Result<(), Fault> {
    let Ok(found) = fs::symlink_metadata(path) else { return Ok(()) };
    if !found.file_type().is_socket() {
        return Err(cannot_bind(path)
            .why("a file that is no socket stands there, and it is not the server's to remove")
            .help("move that file, or choose another path: VELITHON_SERVER__UNIX"));
    }
    match UnixStream::connect(path) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => fs::remove_file(path)
            .map_err(|error| cannot_bind(path).why(error.to_string()).help("remove the file a dead server left there")),
        _ => Err(cannot_bind(path)
            .why("another process already listens there")
            .help("stop that process, or choose another path: VELITHON_SERVER__UNIX")),
    }
}

fn cannot_bind(path: &Path) -> Fault {
    Fault::new(format!("the server cannot listen on {}", path.display()))
}
