//! A program of the system that does one thing for us, such as RAUC: no shell, no input, and a time
//! by which it is done.

use std::{
    ffi::OsStr,
    io,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How often it is asked whether a tool is done.
const LOOK: Duration = Duration::from_millis(20);

/// A tool did not do what it is there for.
#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    /// The settings name nothing to run.
    #[error("the settings name no program to run")]
    Nothing,
    /// It cannot be run.
    #[error("cannot run {tool}")]
    Start {
        /// Its name.
        tool: String,
        /// What the system said.
        source: io::Error,
    },
    /// It ran, and said that it failed; it told the system's log why.
    #[error("{tool} failed with {status}")]
    Failed {
        /// Its name.
        tool: String,
        /// How it ended.
        status: ExitStatus,
    },
    /// It took too long and was ended.
    #[error("{tool} was not done after {} s", .limit.as_secs())]
    Slow {
        /// Its name.
        tool: String,
        /// The time that it had.
        limit: Duration,
    },
}

/// Runs a command of the settings, with a file's path after its own arguments where there is one,
/// and waits for it no longer than that.
pub(super) fn run(
    command: &[String],
    file: Option<&Path>,
    limit: Duration,
) -> Result<(), ToolError> {
    let (tool, arguments) = command.split_first().ok_or(ToolError::Nothing)?;
    let name = || tool.clone();
    let start = |source| ToolError::Start {
        tool: name(),
        source,
    };
    let mut child = Command::new(tool)
        .args(arguments)
        .args(file.map(AsRef::<OsStr>::as_ref))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .map_err(start)?;
    match wait(&mut child, limit).map_err(start)? {
        Some(status) if status.success() => Ok(()),
        Some(status) => Err(ToolError::Failed {
            tool: name(),
            status,
        }),
        None => {
            // It may have ended by now.
            let _ = child.kill();
            let _ = child.wait();
            Err(ToolError::Slow {
                tool: name(),
                limit,
            })
        }
    }
}

/// How it ended; nothing while it runs on at the end of its time.
fn wait(child: &mut Child, limit: Duration) -> io::Result<Option<ExitStatus>> {
    let until = Instant::now() + limit;
    loop {
        match child.try_wait()? {
            None if Instant::now() < until => thread::sleep(LOOK),
            ended => return Ok(ended),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ran(words: &[&str], file: Option<&str>) -> Result<(), ToolError> {
        let command: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        run(&command, file.map(Path::new), Duration::from_millis(300))
    }

    #[test]
    fn a_tool_is_run_without_a_shell_and_says_how_it_ended() {
        assert!(ran(&["true"], None).is_ok());
        assert!(ran(&["test", "a; b"], Some("=")).is_err(), "two arguments");
        assert!(ran(&["test", "a; b", "="], Some("a; b")).is_ok());
        let failed = ran(&["false"], None);
        assert!(
            matches!(failed, Err(ToolError::Failed { .. })),
            "{failed:?}"
        );
        let missing = ran(&["/nonexistent/tool"], None);
        assert!(
            matches!(missing, Err(ToolError::Start { .. })),
            "{missing:?}"
        );
        assert!(matches!(ran(&[], None), Err(ToolError::Nothing)));
    }

    #[test]
    fn a_tool_that_hangs_is_ended() {
        let begun = Instant::now();
        let slow = ran(&["sleep", "60"], None);
        assert!(matches!(slow, Err(ToolError::Slow { .. })), "{slow:?}");
        assert!(begun.elapsed() < Duration::from_secs(10));
    }
}
