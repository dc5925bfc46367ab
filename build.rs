//! Compiles the window (`ui/app.slint`) with its font and its translations inside the program.

use slint_build::{CompilerConfiguration, DefaultTranslationContext, EmbedResourcesKind};

fn main() -> Result<(), slint_build::CompileError> {
    println!("cargo:rerun-if-changed=ui");
    // Tests find elements by it; a release carries none.
    let debug_info = std::env::var("PROFILE").is_ok_and(|profile| profile == "debug");
    slint_build::compile_with_config(
        "ui/app.slint",
        CompilerConfiguration::new()
            .with_style("fluent".into())
            .embed_resources(EmbedResourcesKind::EmbedFiles)
            .with_bundled_translations("ui/lang")
            .with_default_translation_context(DefaultTranslationContext::None)
            .with_debug_info(debug_info),
    )
}
