package signing

import (
	"strings"
	"testing"
	"testing/quick"
	"time"
)

var (
	now  = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	salt = []byte("0123456789abcdef")
)

func part(id string, to Audience, body string) Part {
	return Part{ID: id, Kind: "answers", Name: "namn-" + id, Media: "application/json", Size: int64(len(body)), Audience: to, Digest: Digest(salt, []byte(body))}
}

// A signer's manifest lists every part, and of others' parts nothing but the salted digest.
func TestManifestKeepsOthersPartsClosed(t *testing.T) {
	parts := []Part{part("a", Everybody, `{"x":1}`), part("b", Only("p1"), `{"adress":"Provgatan 1"}`), part("c", Only("p2"), `{}`)}
	raw, err := NewManifest("o1", "SKJ-AAAA-BBBB", "skolskjuts", "v", "p2", now, parts).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	for _, id := range []string{`"a"`, `"b"`, `"c"`} {
		if !strings.Contains(text, id) {
			t.Errorf("part %s is not covered", id)
		}
	}
	if strings.Contains(text, "namn-b") || strings.Contains(text, "Provgatan") {
		t.Errorf("the other's part shows: %s", text)
	}
	if !strings.Contains(text, "namn-a") || !strings.Contains(text, "namn-c") {
		t.Errorf("the signer's own parts have lost their names: %s", text)
	}
	hidden, err := Hidden(raw)
	if err != nil {
		t.Fatal(err)
	}
	if err := CheckHidden(hidden, raw); err != nil {
		t.Error(err)
	}
}

// Any changed byte of a part, of a manifest, or of what a signature hides is found.
func TestEveryChangedByteIsFound(t *testing.T) {
	body := []byte(`{"elev":{"namn":"Elsa"}}`)
	p := part("a", Everybody, string(body))
	if !CheckPart(p, salt, body) {
		t.Fatal("the part itself is refused")
	}
	raw, err := NewManifest("o1", "SKJ-AAAA-BBBB", "skolskjuts", "v", "p1", now, []Part{p}).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	hidden, err := Hidden(raw)
	if err != nil {
		t.Fatal(err)
	}
	changed := func(b []byte, i int, bit byte) []byte {
		c := append([]byte(nil), b...)
		c[i%len(c)] ^= 1 << (bit % 8)
		return c
	}
	property := func(at uint16, bit byte) bool {
		i := int(at)
		return !CheckPart(p, salt, changed(body, i, bit)) && !CheckPart(p, changed(salt, i, bit), body) &&
			CheckHidden(hidden, changed(raw, i, bit)) != nil && CheckHidden(changed(hidden, i, bit), raw) != nil
	}
	if err := quick.Check(property, &quick.Config{MaxCount: 1000}); err != nil {
		t.Error(err)
	}
}
