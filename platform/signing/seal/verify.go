package seal

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"time"

	"samtjanst/platform/signing/seal/cms"
	"samtjanst/platform/signing/seal/pdffile"
)

// TimeSlack is how far the time that a seal states may be from its timestamp, and from now on the far side of it.
const TimeSlack = 10 * time.Minute

// Trust is what a seal is held against.
type Trust struct {
	Roots       *x509.CertPool // who may issue sealing certificates; nil trusts nobody
	StampRoots  *x509.CertPool // who may issue timestamp authorities' certificates
	Timestamped bool           // refuse a seal without a timestamp
	Now         time.Time      // zero: a time that is still to come is not refused

	// Known are the same roots one by one, as ParseTrust gives them: for VerifyUnanchored, which calls a certificate broken that names
	// one of them as its issuer and was not issued by it. Without them it is somebody unknown's.
	Known []*x509.Certificate

	unanchored bool // by VerifyUnanchored
}

// Level is how much a seal proves (EN 319 142-1 6.1).
type Level string

// Levels.
const (
	BasicLevel       Level = "B-B" // the sealer's own word for when
	TimestampedLevel Level = "B-T" // an authority's
)

// Identity is who a certificate is for.
type Identity struct {
	Organisation string
	Number       string // organizationIdentifier, "NTRSE-2120000142" (EN 319 412-1 5.1.4); "" when absent
	Name         string // common name
	Issuer       string // common name of the issuer
	Serial       string // hexadecimal
	NotBefore    time.Time
	NotAfter     time.Time
	Fingerprint  [sha256.Size]byte
}

// Report is what a seal that holds says.
type Report struct {
	Sealer    Identity
	Level     Level
	Time      time.Time // the timestamp's, or what the sealer states
	Authority string    // who gave the timestamp, "" when nobody did
	// What the sealer wrote for readers to show; only as good as the sealer's word.
	Name, Reason, Location string
	// Of what VerifyUnanchored found to lead to nobody trusted, the seal's certificate and the timestamp's; else nil.
	Unknown, UnknownStamp *Anchor
}

// Verify checks that a file is sealed whole, by somebody trusted, and not changed since. That it is the municipality one
// expects is for the caller to see from the report. The error is a fault of kind
// Invalid; [CodeOf] tells which check failed.
func Verify(pdf []byte, trust Trust) (Report, error) {
	s, err := find(pdf)
	if err != nil {
		return Report{}, refuse(err)
	}
	r, err := s.verify(pdf, trust)
	if err != nil {
		return Report{}, refuse(err)
	}
	return r, nil
}

// found is a seal in its place.
type found struct {
	dict pdffile.Dict
	gap  pdffile.Span // of Contents
	at   time.Time    // as stated
}

// find finds the one signature and demands its place and shape.
func find(pdf []byte) (found, error) {
	f, err := pdffile.Open(pdf, 0)
	if err != nil {
		return found{}, fail(Format, err.Error())
	}
	r := &revision{file: f}
	root, err := f.Dict(f.Trailer(), "Root")
	if err != nil || root == nil {
		return found{}, fail(Format, "no catalogue")
	}
	form, err := f.Dict(root, "AcroForm")
	if err != nil {
		return found{}, fail(Format, "the form cannot be read")
	}
	if form == nil {
		return found{}, unsealed(f, "no form")
	}
	fields, err := r.array(form["Fields"])
	if err != nil {
		return found{}, fail(Format, "the form cannot be read")
	}
	switch len(fields) {
	case 0:
		return found{}, unsealed(f, "no field")
	case 1:
	default:
		return found{}, fail(Several, "more than one field")
	}
	fieldRef, ok := fields[0].(pdffile.Ref)
	if !ok {
		return found{}, fail(Structure, "the field is not an object")
	}
	field, err := r.dict(fieldRef)
	if err != nil || field["FT"] != pdffile.Name("Sig") || field["Kids"] != nil {
		return found{}, fail(Structure, "the field is not for a signature")
	}
	ref, ok := field["V"].(pdffile.Ref)
	if !ok {
		return found{}, unsealed(f, "the field is empty")
	}
	perms, err := f.Dict(root, "Perms")
	if err != nil || len(perms) != 1 || perms["DocMDP"] != ref {
		return found{}, fail(Structure, "the document is not certified by the seal")
	}
	s := found{}
	if s.dict, err = r.dict(ref); err != nil {
		return found{}, fail(Structure, "the signature cannot be read")
	}
	if s.dict["Type"] != pdffile.Name("Sig") || s.dict["SubFilter"] != subFilter {
		return found{}, fail(Structure, "not a PAdES signature")
	}
	if date, ok := s.dict["M"].(string); ok {
		s.at, err = readDate(date)
	}
	if err != nil || s.at.IsZero() {
		return found{}, fail(Structure, "no time")
	}
	spans, err := f.Spans(ref)
	if err != nil {
		return found{}, fail(Structure, "the signature cannot be read")
	}
	s.gap = spans["Contents"]
	return s, s.whole(len(pdf))
}

// unsealed is about a file without a seal. The platform writes a file at once, and appends nothing but seals: where something
// was appended and no seal is found, there was one, or there is what nobody has vouched for.
func unsealed(f *pdffile.File, detail string) error {
	if f.Revisions() > 1 {
		return fail(Structure, "something was appended that is no seal: "+detail)
	}
	return fail(NotSealed, detail)
}

// whole demands that the signature covers the file but for the gap, from the first byte to the last.
func (s found) whole(size int) error {
	list, ok := s.dict["ByteRange"].([]any)
	if !ok || len(list) != 4 {
		return fail(Structure, "no byte range")
	}
	var n [4]int
	for i, v := range list {
		f, ok := v.(float64)
		if n[i] = int(f); !ok || f != float64(n[i]) || n[i] < 0 || n[i] > size {
			return fail(Range, "not places in the file")
		}
	}
	if n[0] != 0 || n[1] != s.gap.From || n[2] != s.gap.To {
		return fail(Range, "something but the signature is left out")
	}
	switch end := n[2] + n[3]; {
	case end < size:
		return fail(Appended, "there is more after what is sealed")
	case end > size:
		return fail(Range, "the end of the file is missing")
	}
	return nil
}

// contents gives the signature, of whose room every digit is accounted for.
func (s found) contents(pdf []byte) ([]byte, error) {
	room := pdf[s.gap.From:s.gap.To]
	if len(room) < 2 || room[0] != '<' || room[len(room)-1] != '>' {
		return nil, fail(Structure, "the signature is not hexadecimal")
	}
	room = room[1 : len(room)-1]
	raw := make([]byte, hex.DecodedLen(len(room)))
	if _, err := hex.Decode(raw, room); err != nil || bytes.ContainsAny(room, "ABCDEF") {
		return nil, fail(Contents, "not hexadecimal digits in lower case")
	}
	var value asn1.RawValue
	rest, err := asn1.Unmarshal(raw, &value)
	if err != nil {
		return nil, fail(Contents, "not DER")
	}
	if len(bytes.Trim(rest, "\x00")) > 0 {
		return nil, fail(Contents, "something after the signature")
	}
	return value.FullBytes, nil
}

func (s found) verify(pdf []byte, trust Trust) (Report, error) {
	der, err := s.contents(pdf)
	if err != nil {
		return Report{}, err
	}
	signed, err := cms.Parse(der)
	if err != nil {
		return Report{}, ofSeal(err)
	}
	if !signed.Type.Equal(cms.Data) || signed.Content != nil || signed.Hash.Size() != sha256.Size {
		return Report{}, fail(Algorithm, "not detached, or another digest than SHA-256")
	}
	if err := signed.Check(digestAround(pdf, s.gap)); err != nil {
		return Report{}, ofSeal(err)
	}
	r := Report{Level: BasicLevel, Time: s.at.UTC(), Name: text(s.dict["Name"]), Reason: text(s.dict["Reason"]), Location: text(s.dict["Location"])}
	if err := s.stamp(signed, trust, &r); err != nil {
		return Report{}, err
	}
	if !trust.Now.IsZero() && r.Time.After(trust.Now.Add(TimeSlack)) {
		return Report{}, fail(Time, "it is still to come")
	}
	path, unknown, err := trust.path(signed, r.Time)
	if err != nil {
		return Report{}, ofSeal(err)
	}
	r.Unknown = unknown
	if !forDocuments(path[0]) {
		return Report{}, fail(KeyUsage, "the certificate is for something else than documents")
	}
	r.Sealer = identity(path[0])
	return r, nil
}

// stamp verifies the timestamp, and has the report say its time.
func (s found) stamp(signed *cms.SignedData, trust Trust, r *Report) error {
	if signed.Timestamp == nil {
		if trust.Timestamped {
			return fail(Untimed, "no timestamp")
		}
		return nil
	}
	digest := sha256.Sum256(signed.Signature)
	stamp, unknown, err := trust.stamp(signed.Timestamp, digest[:])
	if err != nil {
		return ofStamp(err)
	}
	r.UnknownStamp = unknown
	if d := stamp.Time.Sub(s.at); d > TimeSlack || d < -TimeSlack {
		return fail(Time, "the time stated is not the timestamp's")
	}
	r.Level, r.Time, r.Authority = TimestampedLevel, stamp.Time, stamp.Authority
	return nil
}

func text(v any) string {
	s, _ := v.(string)
	return pdffile.DecodeText(s)
}

// oidOrganisation is organizationIdentifier (X.520).
var oidOrganisation = asn1.ObjectIdentifier{2, 5, 4, 97}

func identity(c *x509.Certificate) Identity {
	id := Identity{Name: c.Subject.CommonName, Organisation: c.Subject.CommonName, Issuer: c.Issuer.CommonName,
		Serial: c.SerialNumber.Text(16), NotBefore: c.NotBefore, NotAfter: c.NotAfter, Fingerprint: sha256.Sum256(c.Raw)}
	if len(c.Subject.Organization) > 0 {
		id.Organisation = c.Subject.Organization[0]
	}
	for _, a := range c.Subject.Names {
		if value, ok := a.Value.(string); ok && a.Type.Equal(oidOrganisation) {
			id.Number = value
		}
	}
	return id
}
