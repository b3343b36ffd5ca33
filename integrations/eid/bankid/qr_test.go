package bankid_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image/png"
	"regexp"
	"strings"
	"testing"
	"time"

	"rsc.io/qr"

	"samtjanst/integrations/eid"
	"samtjanst/integrations/eid/bankid"
)

// The example of BankID's documentation (facts 1.3).
func TestQR(t *testing.T) {
	started := time.Date(2026, 3, 4, 10, 0, 0, 0, time.UTC)
	o := eid.Order{QRToken: "67df3917-fa0d-44e5-b327-edcc928297f8", QRSecret: "d28db9a7-4cde-429e-a983-359be676944c", Started: started}
	for _, c := range []struct {
		after time.Duration
		want  string
	}{
		{0, "0.dc69358e712458a66a7525beef148ae8526b1c71610eff2c16cdffb4cdac9bf8"},
		{999 * time.Millisecond, "0.dc69358e712458a66a7525beef148ae8526b1c71610eff2c16cdffb4cdac9bf8"},
		{time.Second, "1.949d559bf23403952a94d103e67743126381eda00f0b3cbddbf7c96b1adcbce2"},
		{2 * time.Second, "2.a9e5ec59cb4eee4ef4117150abc58fad7a85439a6a96ccbecc3668b41795b3f3"},
		{-time.Second, "0.dc69358e712458a66a7525beef148ae8526b1c71610eff2c16cdffb4cdac9bf8"}, // a node whose clock is behind
	} {
		if got, want := bankid.QR(o, started.Add(c.after)), "bankid.67df3917-fa0d-44e5-b327-edcc928297f8."+c.want; got != want {
			t.Errorf("after %v: %s", c.after, got)
		}
	}
}

// The drawing has exactly the code's modules within a white border, and nothing that a strict policy forbids.
func TestQRSVG(t *testing.T) {
	const text = "bankid.67df3917-fa0d-44e5-b327-edcc928297f8.0.dc69358e712458a66a7525beef148ae8526b1c71610eff2c16cdffb4cdac9bf8"
	svg, err := bankid.QRSVG(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := xml.Unmarshal(svg, new(struct{})); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"style", "script", "http-equiv", "href"} {
		if bytes.Contains(svg, []byte(bad)) {
			t.Errorf("holds %q", bad)
		}
	}
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		t.Fatal(err)
	}
	black := map[[2]int]bool{}
	for _, m := range regexp.MustCompile(`M\d+ \d+h\d+`).FindAllString(string(svg), -1) {
		var x, y, run int
		if _, err := fmt.Sscanf(m, "M%d %dh%d", &x, &y, &run); err != nil {
			t.Fatal(err)
		}
		if x == 0 && y == 0 {
			continue // the background
		}
		for i := range run {
			black[[2]int{x + i - 4, y - 4}] = true
		}
	}
	for y := -4; y < code.Size+4; y++ {
		for x := -4; x < code.Size+4; x++ {
			if black[[2]int{x, y}] != code.Black(x, y) {
				t.Fatalf("module %d,%d differs", x, y)
			}
		}
	}
	if want := fmt.Sprintf(`viewBox="0 0 %d %d"`, code.Size+8, code.Size+8); !strings.Contains(string(svg), want) {
		t.Errorf("no %s", want)
	}
	img, err := bankid.QRPNG(text)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := png.Decode(bytes.NewReader(img)); err != nil {
		t.Fatal(err)
	}
	if _, err := bankid.QRSVG(strings.Repeat("x", 5000)); err == nil {
		t.Error("drew what does not fit")
	}
}
