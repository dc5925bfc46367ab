//! The first picture of a start tells the boot loader that the program is good.

use std::fs;

use super::{Post, wait_for};
use crate::{
    app::event::Event,
    camera::{CameraError, CameraState},
    program::ProgramRecord,
};

#[test]
fn the_first_picture_of_a_start_calls_it_good_once_and_without_settings_nothing_is_run() {
    let folder = tempfile::tempdir().unwrap();
    let calls = || fs::read_dir(folder.path()).unwrap().count();
    // Each run of it makes a file more.
    let call = folder.path().join("call-XXXXXX");
    let settings = format!(
        "[program]\ntarget = \"aarch64\"\ninstall = [\"false\"]\nconfirm = [\"mktemp\", {call:?}]\n"
    );
    let post = Post::new_device(&settings);
    assert!(wait_for(|| (calls() == 1).then_some(())).is_some());
    let record = || post.data().program_record().exists();
    assert!(wait_for(|| record().then_some(())).is_some());
    for _ in 0..3 {
        let device = "/dev/video0".to_owned();
        let gone = CameraError::NotFound { device };
        post.tell(Event::Camera(CameraState::Waiting(gone)));
        post.tell(Event::Camera(CameraState::Live));
    }
    post.sees("Hold the enrolment code inside the frame");
    assert_eq!(calls(), 1);
    assert_eq!(ProgramRecord::status(&post.data()).update, None);

    let post = Post::new_device("");
    post.tell(Event::Camera(CameraState::Live));
    post.sees("Hold the enrolment code inside the frame");
    assert!(!post.data().program_record().exists());
}
