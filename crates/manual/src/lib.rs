//! Man pages and shell completions out of a program's command definition, so that they say what
//! `--help` says. The test of each program calls [`write()`]; no program carries it.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use clap::{ArgAction, Command};
use clap_complete::{Shell, generate_to};

/// Names the directory for the files; `scripts/package` sets it. Without it they are read back and
/// thrown away.
const INTO: &str = "GATEPOST_MANUAL";

const SHELLS: [Shell; 3] = [Shell::Bash, Shell::Zsh, Shell::Fish];

/// Why a program's manual is not whole.
#[derive(Debug, thiserror::Error)]
pub enum ManualError {
    /// A file cannot be written or read back.
    #[error("cannot write the manual")]
    File(#[from] io::Error),
    /// Something of the definition is not in a file that should have it.
    #[error("{} does not have {what}", .file.display())]
    Lacks {
        /// The page or completion.
        file: PathBuf,
        /// A command or an option.
        what: String,
    },
}

/// Writes a man page for the program and for each of its commands, and completions for bash, zsh
/// and fish; then reads them back: each command and each option must be there.
///
/// # Errors
/// When a file cannot be written, or lacks a command or an option.
pub fn write(mut program: Command) -> Result<(), ManualError> {
    let scratch = tempfile::tempdir()?;
    let into = env::var_os(INTO).map_or_else(|| scratch.path().to_owned(), PathBuf::from);
    fs::create_dir_all(&into)?;
    let name = program.get_name().to_owned();
    let mut pages = program.clone().disable_help_subcommand(true);
    let completions: Vec<_> = SHELLS
        .iter()
        .map(|&shell| generate_to(shell, &mut program, &name, &into))
        .collect::<io::Result<_>>()?;
    clap_mangen::generate_to(pages.clone(), &into)?;
    pages.build();
    each(&pages, &name, &mut |command, page| {
        let file = into.join(format!("{page}.1"));
        let text = fs::read_to_string(&file)?;
        // A hyphen is written with a backslash there.
        lacks_none(&file, &text.replace('\\', ""), command)?;
        completions.iter().try_for_each(|file| {
            let text = fs::read_to_string(file)?;
            // fish names an option without its hyphens.
            lacks_none(file, &text.replace("-l ", "--"), command)
        })
    })
}

/// Does something with a command and all below it that people see; a page is named by the way to
/// its command.
fn each(
    command: &Command,
    page: &str,
    act: &mut impl FnMut(&Command, &str) -> Result<(), ManualError>,
) -> Result<(), ManualError> {
    act(command, page)?;
    let seen = command
        .get_subcommands()
        .filter(|below| !below.is_hide_set());
    seen.into_iter()
        .try_for_each(|below| each(below, &format!("{page}-{}", below.get_name()), act))
}

fn lacks_none(file: &Path, text: &str, command: &Command) -> Result<(), ManualError> {
    let options = command
        .get_arguments()
        .filter(|option| !option.is_hide_set())
        .filter(|option| !matches!(option.get_action(), ArgAction::Version))
        .filter_map(|option| option.get_long().map(|long| format!("--{long}")));
    let commands = command
        .get_subcommands()
        .filter(|below| !below.is_hide_set());
    let commands = commands.map(|below| below.get_name().to_owned());
    match options.chain(commands).find(|what| !text.contains(what)) {
        Some(what) => Err(ManualError::Lacks {
            file: file.to_owned(),
            what,
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use clap::Arg;

    use super::*;

    fn program() -> Command {
        let look = Command::new("look").about("Look at it.");
        let look = look.arg(Arg::new("far").long("far-away").help("From where."));
        let secret = Command::new("hatch").hide(true);
        Command::new("porter").subcommands([look, secret])
    }

    #[test]
    fn a_program_with_commands_and_options_gets_pages_and_completions_that_have_them() {
        write(program()).unwrap();
    }

    #[test]
    fn an_option_that_a_page_lacks_is_named() {
        let program = program();
        let look = program.find_subcommand("look").unwrap();
        let file = Path::new("porter-look.1");
        lacks_none(file, "look --far-away", look).unwrap();
        let error = lacks_none(file, "look --far", look).unwrap_err();
        assert_eq!(error.to_string(), "porter-look.1 does not have --far-away");
    }
}
