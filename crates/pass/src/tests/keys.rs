//! Published keys and key files.

use super::*;

#[test]
fn the_published_keys_are_known_by_name() {
    let published = [
        fixture::root_1(),
        fixture::root_2(),
        fixture::root_3(),
        documents(),
        fixture::lists(),
        fixture::freshness(),
        fixture::hub(),
        fixture::devices(),
        fixture::policy_key(),
        fixture::wipe(),
        fixture::program(),
    ];
    for signer in &published {
        assert!(signer.secret.public().published().is_some());
    }
    assert!(fixture::holder().public().published().is_none());
}

#[test]
fn key_files_are_read_back_and_faults_name_their_line() {
    let signer: crate::Signer = documents().to_file().parse().unwrap();
    assert_eq!(signer.secret.public(), documents().secret.public());
    let faulty = documents().to_file().replace("\nkey 1", "\nkey one");
    let error = faulty.parse::<crate::Signer>().unwrap_err();
    assert_eq!(
        error,
        crate::KeyError::File {
            line: 3,
            expected: "key NUMBER"
        }
    );
}
