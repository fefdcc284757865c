/// Models of IOMMUs: tables, translation, the page request interface, invalidation.
@NullMarked
package dev.faultline.model.iommu;

import org.jspecify.annotations.NullMarked;
