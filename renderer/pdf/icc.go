package pdf

import (
	"encoding/binary"
	"math"
	"sync"
)

// srgbProfile is the sRGB colour space (IEC 61966-2-1) as an ICC version 4 profile, which PDF/A wants so that colours
// are the same everywhere. Values are those of the standard, adapted to D50 as ICC.1 asks.
var srgbProfile = sync.OnceValue(func() []byte {
	xyz := func(x, y, z float64) []byte { return fixed("XYZ ", x, y, z) }
	curve := append([]byte("para\x00\x00\x00\x00\x00\x03\x00\x00"), fixed("", 2.4, 1/1.055, 0.055/1.055, 1/12.92, 0.04045)...)
	tags := []struct {
		sig  string
		data []byte
	}{
		{"desc", localised("sRGB")},
		{"cprt", localised("No copyright, use freely")},
		{"wtpt", xyz(0.9642, 1, 0.8249)},
		{"chad", fixed("sf32", 1.04788, 0.02292, -0.05022, 0.02959, 0.99048, -0.01707, -0.00925, 0.01508, 0.75168)},
		{"rXYZ", xyz(0.43607, 0.22249, 0.01392)},
		{"gXYZ", xyz(0.38515, 0.71687, 0.09708)},
		{"bXYZ", xyz(0.14307, 0.06061, 0.71410)},
		{"rTRC", curve}, {"gTRC", curve}, {"bTRC", curve},
	}
	const head = 128
	out := make([]byte, head, 1024)
	out = binary.BigEndian.AppendUint32(out, uint32(len(tags)))
	table := len(out)
	out = append(out, make([]byte, 12*len(tags))...)
	for i, t := range tags {
		row := out[table+12*i:]
		if t.sig == "gTRC" || t.sig == "bTRC" { // share the red curve
			copy(row[:12], out[table+12*7:])
			copy(row, t.sig)
			continue
		}
		copy(row, t.sig)
		binary.BigEndian.PutUint32(row[4:], uint32(len(out)))
		binary.BigEndian.PutUint32(row[8:], uint32(len(t.data)))
		out = append(out, t.data...)
		for len(out)%4 != 0 {
			out = append(out, 0)
		}
	}
	binary.BigEndian.PutUint32(out, uint32(len(out)))
	binary.BigEndian.PutUint32(out[8:], 0x04200000) // version 4.2
	copy(out[12:], "mntrRGB XYZ ")
	for i, v := range []uint16{2020, 1, 1, 0, 0, 0} { // a date, which the format wants
		binary.BigEndian.PutUint16(out[24+2*i:], v)
	}
	copy(out[36:], "acsp")
	copy(out[68:], fixed("", 0.9642, 1, 0.8249)) // the illuminant, D50
	return out
})

// fixed is a tag of numbers with 16 bits before and after the point.
func fixed(sig string, values ...float64) []byte {
	var out []byte
	if sig != "" {
		out = append([]byte(sig), 0, 0, 0, 0)
	}
	for _, v := range values {
		out = binary.BigEndian.AppendUint32(out, uint32(int32(math.Round(v*65536))))
	}
	return out
}

// localised is a text tag with one language.
func localised(s string) []byte {
	out := []byte("mluc\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x0cenUS")
	out = binary.BigEndian.AppendUint32(out, uint32(2*len(s)))
	out = binary.BigEndian.AppendUint32(out, 28)
	for i := range len(s) {
		out = append(out, 0, s[i])
	}
	return out
}
