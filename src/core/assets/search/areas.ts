/** Areas of the earth: a circle, a box or a polygon (media-library-api.md section 7.2, LocationTaken). */
import type { Place } from './item.ts'

/** A point of the unit sphere. */
export interface Vector {
  x: number
  y: number
  z: number
}

export type Area =
  /** Places whose straight distance to the centre, squared, on the unit sphere is at most this: holds over poles and date line. */
  | { kind: 'circle'; centre: Vector; chordSquared: number }
  /** Latitudes and longitudes between two corners; does not reach over the date line. */
  | { kind: 'box'; south: number; north: number; west: number; east: number }
  /** Straight lines on a flat map; a place is inside when a line from it crosses an odd number of edges. */
  | { kind: 'polygon'; edges: readonly Edge[] }

/** An edge that is not level: it is crossed at longitude `slope * (latitude - latitude0) + longitude0`. */
export interface Edge {
  low: number
  high: number
  latitude0: number
  longitude0: number
  slope: number
}

const earthKm = 6371.0088

export function vectorOf({ latitude, longitude }: Place): Vector {
  const [phi, lambda] = [(latitude * Math.PI) / 180, (longitude * Math.PI) / 180]
  return { x: Math.cos(phi) * Math.cos(lambda), y: Math.cos(phi) * Math.sin(lambda), z: Math.sin(phi) }
}

/** @param km of the radius along the ground */
export function circle(centre: Place, km: number): Area {
  const chord = 2 * Math.sin(Math.min(km / earthKm, Math.PI) / 2)
  return { kind: 'circle', centre: vectorOf(centre), chordSquared: chord * chord }
}

export function box(a: Place, b: Place): Area {
  return {
    kind: 'box',
    south: Math.min(a.latitude, b.latitude),
    north: Math.max(a.latitude, b.latitude),
    west: Math.min(a.longitude, b.longitude),
    east: Math.max(a.longitude, b.longitude),
  }
}

export function polygon(corners: readonly Place[]): Area {
  const edges = corners.flatMap((a, index) => {
    const b = corners[(index + 1) % corners.length] ?? a
    if (a.latitude === b.latitude) return []
    return {
      low: Math.min(a.latitude, b.latitude),
      high: Math.max(a.latitude, b.latitude),
      latitude0: a.latitude,
      longitude0: a.longitude,
      slope: (b.longitude - a.longitude) / (b.latitude - a.latitude),
    }
  })
  return { kind: 'polygon', edges }
}

export function isInside(area: Area, place: Place): boolean {
  const { latitude, longitude } = place
  switch (area.kind) {
    case 'circle': {
      const { x, y, z } = vectorOf(place)
      const { centre } = area
      const [dx, dy, dz] = [x - centre.x, y - centre.y, z - centre.z]
      return dx * dx + dy * dy + dz * dz <= area.chordSquared
    }
    case 'box':
      return latitude >= area.south && latitude <= area.north && longitude >= area.west && longitude <= area.east
    case 'polygon': {
      const crossed = area.edges.filter(
        ({ low, high, latitude0, longitude0, slope }) =>
          latitude >= low && latitude < high && longitude < slope * (latitude - latitude0) + longitude0,
      )
      return crossed.length % 2 === 1
    }
  }
}
