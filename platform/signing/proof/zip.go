package proof

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

// A bundle's archive has one form (PKWARE APPNOTE 6.3.10, 4.3 and 4.4): files stored as they are, sorted by name, names in UTF-8, no
// times, no comments, no extra fields, nothing before, between or after. So an archive is read by writing it again: one that is not the
// same bytes has something in it that nobody would see.
const (
	zipLocal   = 0x04034b50
	zipCentral = 0x02014b50
	zipEnd     = 0x06054b50

	zipVersion = 20       // "version needed": what every program has
	zipUTF8    = 1 << 11  // general purpose flag: names are UTF-8
	zipDate    = 1<<5 | 1 // 1 January 1980, the first that there is
)

var errZip = errors.New("proof: not an archive of ours")

// isZip reports whether a file says that it is a zip archive.
func isZip(raw []byte) bool { return bytes.HasPrefix(raw, []byte("PK\x03\x04")) }

// WriteZip writes the bundle as a zip archive.
func (b *Bundle) WriteZip(w io.Writer) error {
	_, err := w.Write(appendZip(nil, b.Files))
	return err
}

// zipFields are those that the two headers of a file share, from "version needed" to "extra field length" (4.4).
func zipFields(f File) []byte {
	le := binary.LittleEndian
	out := le.AppendUint16(nil, zipVersion)
	out = le.AppendUint16(out, zipUTF8)
	out = le.AppendUint16(out, 0) // stored
	out = le.AppendUint16(out, 0) // time
	out = le.AppendUint16(out, zipDate)
	out = le.AppendUint32(out, crc32.ChecksumIEEE(f.Bytes))
	out = le.AppendUint32(out, uint32(len(f.Bytes))) // MaxBytes is below 4 GiB
	out = le.AppendUint32(out, uint32(len(f.Bytes)))
	out = le.AppendUint16(out, uint16(len(f.Name)))
	return le.AppendUint16(out, 0) // extra field
}

func appendZip(out []byte, files []File) []byte {
	le := binary.LittleEndian
	var central []byte
	for _, f := range files {
		at := len(out)
		fields := zipFields(f)
		out = le.AppendUint32(out, zipLocal)
		out = append(out, fields...)
		out = append(out, f.Name...)
		out = append(out, f.Bytes...)

		central = le.AppendUint32(central, zipCentral)
		central = le.AppendUint16(central, zipVersion) // made by
		central = append(central, fields...)
		central = append(central, make([]byte, 10)...) // comment, disk, internal and external attributes
		central = le.AppendUint32(central, uint32(at))
		central = append(central, f.Name...)
	}
	start := len(out)
	out = append(out, central...)
	out = le.AppendUint32(out, zipEnd)
	out = append(out, 0, 0, 0, 0) // disks
	out = le.AppendUint16(out, uint16(len(files)))
	out = le.AppendUint16(out, uint16(len(files)))
	out = le.AppendUint32(out, uint32(len(central)))
	out = le.AppendUint32(out, uint32(start))
	return append(out, 0, 0) // comment
}

// readZip gives the files of an archive, in its order. exact says that it is, byte for byte, the archive that these files make; when it is
// not, some of the files may be missing.
func readZip(raw []byte) (files []File, exact bool) {
	const header = 30 // of a file, before its name
	le := binary.LittleEndian
	rest := raw
	for len(rest) >= header && le.Uint32(rest) == zipLocal && len(files) <= MaxFiles {
		size, name, extra := int64(le.Uint32(rest[18:])), int64(le.Uint16(rest[26:])), int64(le.Uint16(rest[28:]))
		end := header + name + extra + size
		if end > int64(len(rest)) {
			break
		}
		files = append(files, File{Name: string(rest[header : header+name]), Bytes: rest[header+name+extra : end]})
		rest = rest[end:]
	}
	again := append([]File(nil), files...)
	sortFiles(again)
	return files, bytes.Equal(appendZip(make([]byte, 0, len(raw)), again), raw)
}
