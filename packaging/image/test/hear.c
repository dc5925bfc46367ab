// What the loudspeaker of tests plays: listens at the other end of the kernel's loopback card, for
// so many seconds, and writes the samples (16 bits, mono, 48,000 a second) to standard output.

#include <alsa/asoundlib.h>

enum { RATE = 48000, PIECE = RATE / 10 };

int main(int count, char **words) {
    long pieces = count > 1 ? atol(words[1]) * 10 : 10;
    snd_pcm_t *card;
    int wrong = snd_pcm_open(&card, "plughw:Loopback,1,0", SND_PCM_STREAM_CAPTURE, 0);
    if (wrong >= 0)
        wrong = snd_pcm_set_params(card, SND_PCM_FORMAT_S16_LE, SND_PCM_ACCESS_RW_INTERLEAVED, 1,
            RATE, 0, 500000);
    if (wrong >= 0) wrong = snd_pcm_start(card); // not only once its whole buffer is asked for
    static short samples[PIECE];
    while (wrong >= 0 && pieces-- > 0) {
        snd_pcm_sframes_t got = snd_pcm_readi(card, samples, PIECE);
        if (got < 0) {
            wrong = snd_pcm_recover(card, (int)got, 1);
            continue;
        }
        fwrite(samples, sizeof *samples, (size_t)got, stdout);
    }
    if (wrong < 0) fprintf(stderr, "the loopback card: %s\n", snd_strerror(wrong));
    return wrong < 0;
}
