#include <hdf5.h>
#include <hdf5_hl.h>

// HDF5 spells its predefined types, flags and property classes as macros over run-time globals, which Swift
// does not import. Each function below names one of them.

static inline hid_t h5_ieee_f64le(void) { return H5T_IEEE_F64LE; }
static inline hid_t h5_ieee_f32le(void) { return H5T_IEEE_F32LE; }
static inline hid_t h5_std_i64le(void) { return H5T_STD_I64LE; }
static inline hid_t h5_std_i32le(void) { return H5T_STD_I32LE; }
static inline hid_t h5_std_i8le(void) { return H5T_STD_I8LE; }
static inline hid_t h5_native_double(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t h5_native_float(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t h5_native_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t h5_native_int32(void) { return H5T_NATIVE_INT32; }
static inline hid_t h5_native_int8(void) { return H5T_NATIVE_INT8; }
static inline hid_t h5_c_string(void) { return H5T_C_S1; }
static inline size_t h5_variable_length(void) { return H5T_VARIABLE; }
static inline hid_t h5_file_create_class(void) { return H5P_FILE_CREATE; }
static inline hid_t h5_file_access_class(void) { return H5P_FILE_ACCESS; }
static inline hid_t h5_group_create_class(void) { return H5P_GROUP_CREATE; }
static inline hid_t h5_dataset_create_class(void) { return H5P_DATASET_CREATE; }
static inline unsigned h5_truncate(void) { return H5F_ACC_TRUNC; }
static inline unsigned h5_read_only(void) { return H5F_ACC_RDONLY; }
static inline unsigned h5_read_write(void) { return H5F_ACC_RDWR; }

// Calls that are macros over versions of themselves.

/// Positive for a hard link, zero for another, negative on failure.
static inline int h5_is_hard_link(hid_t group, const char *name) {
  H5L_info_t info;
  if (H5Lget_info(group, name, &info, H5P_DEFAULT) < 0) return -1;
  return info.type == H5L_TYPE_HARD;
}

/// Positive for the type of UTF-8 texts of any length. (H5Tequal tells a type in a file from the same in memory.)
static inline int h5_is_text(hid_t type) {
  return H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) > 0 && H5Tget_cset(type) == H5T_CSET_UTF8;
}

/// Positive for a dataset whose values stand in the file as they are: contiguous, unfiltered, not external.
static inline int h5_is_plain_dataset(hid_t dataset) {
  hid_t creation = H5Dget_create_plist(dataset);
  if (creation < 0) return -1;
  int plain = H5Pget_layout(creation) == H5D_CONTIGUOUS && H5Pget_nfilters(creation) == 0 &&
              H5Pget_external_count(creation) == 0;
  H5Pclose(creation);
  return plain;
}

/// Positive for a dataset that the library reads by itself and from this file alone: contiguous, compact or in chunks,
/// through no filters but its own, not external and not virtual.
static inline int h5_is_self_contained_dataset(hid_t dataset) {
  hid_t creation = H5Dget_create_plist(dataset);
  if (creation < 0) return -1;
  H5D_layout_t layout = H5Pget_layout(creation);
  int contained = (layout == H5D_CONTIGUOUS || layout == H5D_COMPACT || layout == H5D_CHUNKED) &&
                  H5Pget_external_count(creation) == 0;
  int filters = H5Pget_nfilters(creation);
  for (unsigned index = 0; contained && (int)index < filters; index++) {
    size_t values = 0;
    H5Z_filter_t filter = H5Pget_filter2(creation, index, NULL, &values, NULL, 0, NULL, NULL);
    contained = filter == H5Z_FILTER_DEFLATE || filter == H5Z_FILTER_SHUFFLE || filter == H5Z_FILTER_FLETCHER32;
  }
  H5Pclose(creation);
  return contained;
}
