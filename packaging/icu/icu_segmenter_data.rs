// The rules that break lines and find words, without the dictionaries and models that divide
// Chinese, Japanese, Thai, Lao, Khmer and Burmese into words: 3 MB that none of the window's
// languages needs. Lines of Chinese are broken by the rules. What is left out is said to be
// missing, and a run of such letters is then one word.
macro_rules! as_it_comes {
    ($($file:literal)*) => {
        $(include!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/segmenter_", $file, ".rs.data"));)*
    };
}
as_it_comes! {
    "break_grapheme_cluster_v1" "break_grapheme_cluster_v2"
    "break_line_v1" "break_line_v2" "break_line_v3" "break_line_override_v2"
    "break_sentence_v1" "break_sentence_v2"
    "break_sentence_override_v1" "break_sentence_override_v2"
    "break_word_v1" "break_word_v2" "break_word_override_v1"
    "unihan_radical_v1"
}

#[doc(hidden)]
#[macro_export]
macro_rules! __make_provider {
    ($provider:ty) => {
        impl $provider {
            #[allow(dead_code)]
            pub(crate) const MUST_USE_MAKE_PROVIDER_MACRO: () = ();
        }
        icu_provider::marker::impl_data_provider_never_marker!($provider);
    };
}
#[doc(inline)]
pub use __make_provider as make_provider;

#[doc(hidden)]
#[macro_export]
macro_rules! __left_out {
    ($provider:ty, $marker:ident) => {
        impl icu_provider::DataProvider<icu::segmenter::provider::$marker> for $provider {
            fn load(
                &self,
                request: icu_provider::DataRequest,
            ) -> Result<
                icu_provider::DataResponse<icu::segmenter::provider::$marker>,
                icu_provider::DataError,
            > {
                let info = <icu::segmenter::provider::$marker as icu_provider::DataMarker>::INFO;
                Err(icu_provider::DataErrorKind::IdentifierNotFound.with_req(info, request))
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __impl_segmenter_dictionary_auto_v2 {
    ($provider:ty) => { $crate::__left_out!($provider, SegmenterDictionaryAutoV2); };
}
#[doc(inline)]
pub use __impl_segmenter_dictionary_auto_v2 as impl_segmenter_dictionary_auto_v2;

#[doc(hidden)]
#[macro_export]
macro_rules! __impl_segmenter_dictionary_extended_v2 {
    ($provider:ty) => { $crate::__left_out!($provider, SegmenterDictionaryExtendedV2); };
}
#[doc(inline)]
pub use __impl_segmenter_dictionary_extended_v2 as impl_segmenter_dictionary_extended_v2;

#[doc(hidden)]
#[macro_export]
macro_rules! __impl_segmenter_lstm_auto_v1 {
    ($provider:ty) => { $crate::__left_out!($provider, SegmenterLstmAutoV1); };
}
#[doc(inline)]
pub use __impl_segmenter_lstm_auto_v1 as impl_segmenter_lstm_auto_v1;
