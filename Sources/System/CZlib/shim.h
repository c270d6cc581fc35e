#include <zlib.h>

// Macros over sizes of structures, which Swift does not import.

/// Makes a stream ready to unpack gzip, and nothing else; Z_OK or an error.
static inline int zlib_begin_gzip(z_stream *stream) { return inflateInit2(stream, 16 + MAX_WBITS); }
