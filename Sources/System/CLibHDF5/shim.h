#include <hdf5.h>
#include <hdf5_hl.h>
#include <stdlib.h>
#include <string.h>

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
static inline hid_t h5_object_reference(void) { return H5T_STD_REF_OBJ; }
static inline size_t h5_variable_length(void) { return H5T_VARIABLE; }
static inline hid_t h5_file_create_class(void) { return H5P_FILE_CREATE; }
static inline hid_t h5_file_access_class(void) { return H5P_FILE_ACCESS; }
static inline hid_t h5_group_create_class(void) { return H5P_GROUP_CREATE; }
static inline hid_t h5_dataset_create_class(void) { return H5P_DATASET_CREATE; }
static inline hid_t h5_transfer_class(void) { return H5P_DATASET_XFER; }
static inline unsigned h5_truncate(void) { return H5F_ACC_TRUNC; }
static inline unsigned h5_read_only(void) { return H5F_ACC_RDONLY; }
static inline unsigned h5_read_write(void) { return H5F_ACC_RDWR; }

// Calls that are macros over versions of themselves.

/// What is called for each link of a group: its name, and whether it is a hard one.
typedef herr_t (*h5_link_taker)(const char *name, int is_hard, void *data);

struct h5_link_call {
  h5_link_taker take;
  void *data;
};

static inline herr_t h5_take_link(hid_t group, const char *name, const H5L_info_t *info, void *call) {
  (void)group;
  return ((struct h5_link_call *)call)->take(name, info->type == H5L_TYPE_HARD, ((struct h5_link_call *)call)->data);
}

/// Calls for each link of a group, in the order of the file, in a time linear in their number.
static inline herr_t h5_each_link(hid_t group, h5_link_taker take, void *data) {
  hsize_t place = 0;
  struct h5_link_call call = {take, data};
  return H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, &place, h5_take_link, &call);
}

/// Positive for the type of lists of references to objects.
static inline int h5_is_reference_list(hid_t type) {
  H5T_class_t kind = H5Tget_class(type);
  if (kind == H5T_NO_CLASS) return -1;
  if (kind != H5T_VLEN) return 0;
  hid_t element = H5Tget_super(type);
  if (element < 0) return -1;
  htri_t equal = H5Tequal(element, H5T_STD_REF_OBJ);
  return H5Tclose(element) < 0 ? -1 : equal;
}

/// Opens the object that a reference stands for.
static inline hid_t h5_dereference(hid_t object, const hobj_ref_t *reference) {
  return H5Rdereference2(object, H5P_DEFAULT, H5R_OBJECT, reference);
}

/// Positive for the type of UTF-8 texts of any length. (H5Tequal distinguishes a type in a file from the same type in memory.)
static inline int h5_is_text(hid_t type) {
  H5T_class_t kind = H5Tget_class(type);
  if (kind == H5T_NO_CLASS) return -1;
  if (kind != H5T_STRING) return 0;
  htri_t variable = H5Tis_variable_str(type);
  H5T_cset_t letters = H5Tget_cset(type);
  if (variable < 0 || letters == H5T_CSET_ERROR) return -1;
  return variable > 0 && letters == H5T_CSET_UTF8;
}

/// Positive for a dataset whose values stand in the file as they are: contiguous, unfiltered, not external.
static inline int h5_is_plain_dataset(hid_t dataset) {
  hid_t creation = H5Dget_create_plist(dataset);
  if (creation < 0) return -1;
  H5D_layout_t layout = H5Pget_layout(creation);
  int filters = H5Pget_nfilters(creation), external = H5Pget_external_count(creation);
  int failed = layout == H5D_LAYOUT_ERROR || filters < 0 || external < 0;
  if (H5Pclose(creation) < 0 || failed) return -1;
  return layout == H5D_CONTIGUOUS && filters == 0 && external == 0;
}

/// Positive for a dataset that the library reads by itself and from this file alone: contiguous, compact or in chunks,
/// through no filters but its own, each once at most, not external and not virtual.
static inline int h5_is_self_contained_dataset(hid_t dataset) {
  hid_t creation = H5Dget_create_plist(dataset);
  if (creation < 0) return -1;
  H5D_layout_t layout = H5Pget_layout(creation);
  int filters = H5Pget_nfilters(creation), external = H5Pget_external_count(creation);
  int failed = layout == H5D_LAYOUT_ERROR || filters < 0 || external < 0;
  int contained = (layout == H5D_CONTIGUOUS || layout == H5D_COMPACT || layout == H5D_CHUNKED) && external == 0;
  int deflations = 0;
  for (unsigned index = 0; !failed && contained && (int)index < filters; index++) {
    size_t values = 0;
    H5Z_filter_t filter = H5Pget_filter2(creation, index, NULL, &values, NULL, 0, NULL, NULL);
    failed = filter < 0;
    contained = filter == H5Z_FILTER_DEFLATE || filter == H5Z_FILTER_SHUFFLE || filter == H5Z_FILTER_FLETCHER32;
    if (filter == H5Z_FILTER_DEFLATE) deflations++;
  }
  if (H5Pclose(creation) < 0 || failed) return -1;
  return contained && deflations < 2;
}

// Files in memory. The library's own function for the bytes of an open file leaves a wrong checksum in them, so they are
// taken over when the file is closed, as they would be on the disk.

/// The memory of a file that was closed.
struct h5_image {
  /// To be given back by `free`; null for none.
  void *bytes;
  size_t size;
};

static inline void *h5_image_allocate(size_t size, H5FD_file_image_op_t call, void *image) {
  if (call == H5FD_FILE_IMAGE_OP_FILE_OPEN) ((struct h5_image *)image)->size = size;
  return malloc(size);
}

static inline void *h5_image_copy(void *to, const void *from, size_t size, H5FD_file_image_op_t call, void *image) {
  (void)call;
  (void)image;
  return memcpy(to, from, size);
}

static inline void *h5_image_resize(void *bytes, size_t size, H5FD_file_image_op_t call, void *image) {
  void *resized = realloc(bytes, size);
  if (resized && call == H5FD_FILE_IMAGE_OP_FILE_RESIZE) ((struct h5_image *)image)->size = size;
  return resized;
}

static inline herr_t h5_image_free(void *bytes, H5FD_file_image_op_t call, void *image) {
  if (call == H5FD_FILE_IMAGE_OP_FILE_CLOSE) ((struct h5_image *)image)->bytes = bytes;
  else free(bytes);
  return 0;
}

static inline void *h5_image_share(void *image) { return image; }

static inline herr_t h5_image_leave(void *image) {
  (void)image;
  return 0;
}

/// Has the files that are opened in this way lie in memory, which `image` gets when they are closed. It must outlive them.
static inline herr_t h5_keep_image(hid_t access, struct h5_image *image) {
  H5FD_file_image_callbacks_t calls = {
    h5_image_allocate, h5_image_copy, h5_image_resize, h5_image_free, h5_image_share, h5_image_leave, image};
  if (H5Pset_fapl_core(access, 1 << 16, 0) < 0) return -1;
  return H5Pset_file_image_callbacks(access, &calls);
}
