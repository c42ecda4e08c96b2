/* All kernels of one level: compiled once for each, with its flags, LEVEL and W. */

#include "program.h"
#include "vector.h"

#include "functions.h"
#include "moves.h"
#include "pointwise.h"
#include "products.h"
#include "sums.h"

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)

const struct level JOIN(level, LEVEL) = {
    TEXT(LEVEL),
    {
        [KERNEL_ADD_CELLS] = JOIN(add_cells, LEVEL),
        [KERNEL_ADD_ONTO] = JOIN(add_onto, LEVEL),
        [KERNEL_COPY_CELLS] = JOIN(copy_cells, LEVEL),
        [KERNEL_COPY_LINES] = JOIN(copy_lines, LEVEL),
        [KERNEL_COPY] = JOIN(copy, LEVEL),
        [KERNEL_COPY_SIDES] = JOIN(copy_sides, LEVEL),
        [KERNEL_CROSS_ENTROPY] = JOIN(cross_entropy, LEVEL),
        [KERNEL_DOT] = JOIN(dot, LEVEL),
        [KERNEL_FILL] = JOIN(fill, LEVEL),
        [KERNEL_FIRST_MAX] = JOIN(first_max, LEVEL),
        [KERNEL_FOLD_REFLECTED] = JOIN(fold_reflected, LEVEL),
        [KERNEL_GATHER_PIXELS] = JOIN(gather_pixels, LEVEL),
        [KERNEL_LIST_DENSE] = JOIN(list_dense, LEVEL),
        [KERNEL_LIST_DENSE_WEIGHT] = JOIN(list_dense_weight, LEVEL),
        [KERNEL_LIST_FIRST_MAX] = JOIN(list_first_max, LEVEL),
        [KERNEL_LIST_MOMENTS] = JOIN(list_moments, LEVEL),
        [KERNEL_LIST_REDUCE] = JOIN(list_reduce, LEVEL),
        [KERNEL_MATRIX_DOTS] = JOIN(matrix_dots, LEVEL),
        [KERNEL_MATRIX_PRODUCT] = JOIN(matrix_product, LEVEL),
        [KERNEL_MERGE_PAIRS] = JOIN(merge_pairs, LEVEL),
        [KERNEL_MIX_CELLS] = JOIN(mix_cells, LEVEL),
        [KERNEL_MOMENTS] = JOIN(moments, LEVEL),
        [KERNEL_PICK_CELLS] = JOIN(pick_cells, LEVEL),
        [KERNEL_PLACE_CELLS] = JOIN(place_cells, LEVEL),
        [KERNEL_PLANE_DOTS] = JOIN(plane_dots, LEVEL),
        [KERNEL_PLANE_PRODUCT] = JOIN(plane_product, LEVEL),
        [KERNEL_POINTWISE] = JOIN(pointwise, LEVEL),
        [KERNEL_POOL] = JOIN(pool, LEVEL),
        [KERNEL_POOL_VJP] = JOIN(pool_vjp, LEVEL),
        [KERNEL_PRODUCT] = JOIN(product, LEVEL),
        [KERNEL_REDUCE] = JOIN(reduce, LEVEL),
        [KERNEL_ROUND] = JOIN(round, LEVEL),
        [KERNEL_SPLIT_PAIRS] = JOIN(split_pairs, LEVEL),
        [KERNEL_SUM_LINES] = JOIN(sum_lines, LEVEL),
        [KERNEL_SUM_PLANES] = JOIN(sum_planes, LEVEL),
        [KERNEL_SUM_SHORT_PLANES] = JOIN(sum_short_planes, LEVEL),
        [KERNEL_TRANSFORM] = JOIN(transform, LEVEL),
        [KERNEL_TRANSPOSE] = JOIN(transpose, LEVEL),
    },
};
