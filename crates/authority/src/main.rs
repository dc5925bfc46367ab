//! The program with which a region's authority makes keys, issues and revokes passes, and publishes
//! signed bundles.
//!
//! [`commands`] has one file per subcommand; each gets a [`context`], and [`args`] has the options
//! that several share. They build on:
//! - [`home`] (the directory), [`config`] (what people edit);
//! - [`signing_keys`] and [`key_files`]: keys by name, in the home or in a [`token`]
//!   ([`online_key`]), or on a stick ([`offline_key`]); [`waiting_keys`] until a trust list names
//!   them;
//! - [`root_keys`], sealed by a [`passphrase`] ([`age`]); what they sign: [`proposals`], in words
//!   [`proposal_words`];
//! - [`register`] (what was issued), [`pseudonym`] (ID number to tag), [`status_file`] (a file of
//!   many statuses), [`identity_hashing`] (ID numbers to keys);
//! - [`signed_files`] (trust list and policy), [`own_lists`], [`imported_lists`] and [`deltas`]
//!   (the lists of a bundle), [`bundle_dir`] (a bundle on disk);
//! - [`trace`] (signed batches, the audit log);
//! - [`visitors`] (one of each kind of person, for `policy explain`);
//! - the small [`durations`] and [`progress`].

#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod age;
mod args;
mod bundle_dir;
mod commands;
mod config;
mod context;
mod deltas;
mod durations;
mod home;
mod identity_hashing;
mod imported_lists;
mod key_files;
mod look_alikes;
mod offline_key;
mod online_key;
mod own_lists;
mod passphrase;
mod progress;
mod proposal_words;
mod proposals;
mod pseudonym;
mod register;
mod root_keys;
mod signed_files;
mod signing_keys;
mod status_file;
mod token;
mod trace;
mod visitors;
mod waiting_keys;

use std::{error::Error, path::PathBuf, process::ExitCode};

use clap::{CommandFactory as _, Parser, Subcommand, error::ErrorKind};
use gatepost_pass::Timestamp;
use gatepost_system::{chain, clock, messages, output};

use crate::{
    commands::{
        badge, check, enrol, enrol_code, holder_key, identity, init, inspect, issue, key, lists,
        live, place, policy, program, public, publish, query, render, revoke, revoke_device, root,
        status, trace as trace_command, trust,
    },
    context::Context,
};

/// Makes keys, issues and revokes passes, and publishes signed bundles for a region's checkpoints.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
struct Cli {
    /// The authority's directory; all commands but holder-key, render, root new-key, root sign and
    /// `trace verify-audit --log` need it.
    #[arg(long, global = true, value_name = "DIR")]
    home: Option<PathBuf>,
    /// Time to work at, instead of the system's (tests, demonstrations).
    #[arg(long, global = true, value_name = "RFC3339", value_parser = clock::parse_time)]
    now: Option<Timestamp>,
    #[command(subcommand)]
    command: Command,
}

/// One subcommand each; see its file in `commands`.
#[derive(Subcommand)]
enum Command {
    /// Make a new authority: its keys, its first root, its configuration.
    Init(init::Args),
    /// Decide whose passes are accepted here.
    #[command(subcommand)]
    Trust(trust::Command),
    /// Change the rules of this region's checkpoints, or explain what devices decide by them.
    #[command(subcommand)]
    Policy(policy::Command),
    /// Replace one of this authority's keys.
    #[command(subcommand)]
    Key(key::Command),
    /// Make root keys, sign with them, replace one.
    #[command(subcommand)]
    Root(root::Command),
    /// Tell which keys lie too near to each other, and which end soon; exit code 1 if any does.
    Check(check::Args),
    /// Write a public key of this authority, for another region to recognise.
    Public(public::Args),
    /// Issue a pass, or a family pass.
    Issue(Box<issue::Args>),
    /// Sign the code of a place, to hang at a gate.
    Place(place::Args),
    /// Sign a badge for someone on duty.
    Badge(badge::Args),
    /// Make the key of a phone.
    HolderKey(holder_key::Args),
    /// Show a phone pass as its holder's phone would, with a fresh signature.
    Live(live::Args),
    /// Revoke a pass or a badge.
    Revoke(revoke::Args),
    /// Set a person yellow, red or green again, or many from a file.
    Status(Box<status::Args>),
    /// Publish a list of persons by ID number too, or stop that.
    #[command(subcommand)]
    Identity(identity::Command),
    /// Write a signed bundle for the hub, or for a USB stick.
    Publish(publish::Args),
    /// Show what checkpoints are told about a person, from the published list.
    Query(query::Args),
    /// Check a bundle's lists, or import lists of other regions.
    #[command(subcommand)]
    Lists(lists::Command),
    /// Certify devices that ask for it.
    Enrol(enrol::Args),
    /// Sign the code that a new device scans on its first run.
    EnrolCode(enrol_code::Args),
    /// Sign the order that makes a lost or retired device wipe itself.
    RevokeDevice(revoke_device::Args),
    /// Sign releases of the program that the devices run.
    #[command(subcommand)]
    Program(program::Command),
    /// Open sealed passages of one person or place, on the record.
    #[command(subcommand)]
    Trace(trace_command::Command),
    /// Show what a code, a file or a bundle is.
    Inspect(inspect::Args),
    /// Draw a code as a picture.
    Render(render::Args),
}

fn main() -> ExitCode {
    messages::start("gatepost-authority");
    let cli = Cli::parse();
    let home_dir = match (cli.home, &cli.command) {
        (Some(dir), _) => dir,
        (None, Command::HolderKey(_) | Command::Render(_)) => PathBuf::new(),
        (None, Command::Trace(command)) if command.needs_no_home() => PathBuf::new(),
        (None, Command::Root(command)) if !command.needs_home() => PathBuf::new(),
        (None, _) => Cli::command()
            .error(
                ErrorKind::MissingRequiredArgument,
                "which authority? Add --home DIR",
            )
            .exit(),
    };
    let context = Context {
        home_dir,
        now: cli.now.unwrap_or_else(clock::now),
    };
    let done = run(&cli.command, &context);
    let written = output::finish();
    match done.and_then(|()| Ok(written.map_err(OutputLost)?)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            log::error!("{}", chain(&*why));
            ExitCode::FAILURE
        }
    }
}

/// The command is done, and what it printed is lost.
#[derive(Debug, thiserror::Error)]
#[error("cannot write to standard output")]
struct OutputLost(#[source] std::io::Error);

fn run(command: &Command, context: &Context) -> Result<(), Box<dyn Error>> {
    match command {
        Command::Init(args) => init::run(args, context),
        Command::Trust(command) => trust::run(command, context),
        Command::Policy(command) => policy::run(command, context),
        Command::Key(command) => key::run(command, context),
        Command::Root(command) => root::run(command, context),
        Command::Check(args) => check::run(args, context),
        Command::Public(args) => public::run(args, context),
        Command::Issue(args) => issue::run(args, context),
        Command::Place(args) => place::run(args, context),
        Command::Badge(args) => badge::run(args, context),
        Command::HolderKey(args) => holder_key::run(args),
        Command::Live(args) => live::run(args, context),
        Command::Revoke(args) => revoke::run(args, context),
        Command::Status(args) => status::run(args, context),
        Command::Identity(command) => identity::run(command, context),
        Command::Publish(args) => publish::run(args, context),
        Command::Query(args) => query::run(args, context),
        Command::Lists(command) => lists::run(command, context),
        Command::Enrol(args) => enrol::run(args, context),
        Command::EnrolCode(args) => enrol_code::run(args, context),
        Command::RevokeDevice(args) => revoke_device::run(args, context),
        Command::Program(command) => program::run(command, context),
        Command::Trace(command) => trace_command::run(command, context),
        Command::Inspect(args) => inspect::run(args, context),
        Command::Render(args) => render::run(args),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn each_command_and_option_is_in_a_man_page_and_in_the_completions() {
        gatepost_manual::write(Cli::command()).unwrap();
    }
}
