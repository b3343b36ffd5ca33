package bankid

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"rsc.io/qr"

	"samtjanst/integrations/eid"
	"samtjanst/platform/fault"
)

// QR is the text of the animated QR code at a moment; it changes every second and is computed on the server, since the
// secret must not leave it.
func QR(o eid.Order, now time.Time) string {
	t := max(0, int64(now.Sub(o.Started)/time.Second))
	return "bankid." + o.QRToken + "." + strconv.FormatInt(t, 10) + "." + QRAuthCode(o.QRSecret, t)
}

// Code is QR, for whoever knows the client as a provider only.
func (c *Client) Code(o eid.Order, now time.Time) string {
	if o.QRToken == "" {
		return ""
	}
	return QR(o, now)
}

// QRAuthCode is the code of second t: HMAC-SHA256 in lower-case hex.
func QRAuthCode(secret string, t int64) string {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte(strconv.FormatInt(t, 10)))
	return hex.EncodeToString(m.Sum(nil))
}

// quiet is the white border that a reader needs, in modules (ISO/IEC 18004).
const quiet = 4

// QRSVG draws a text as an SVG document without styles or scripts, so that a strict content security policy lets it
// through, inline or as an image. It has no title: the page names it. Fault: TooLarge.
func QRSVG(text string) ([]byte, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return nil, fault.New("bankid.QRSVG", fault.TooLarge, err)
	}
	size := code.Size + 2*quiet
	var path strings.Builder
	for y := 0; y < code.Size; y++ {
		for x := 0; x < code.Size; x++ {
			if !code.Black(x, y) {
				continue
			}
			run := 1
			for x+run < code.Size && code.Black(x+run, y) {
				run++
			}
			fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", x+quiet, y+quiet, run, run)
			x += run
		}
	}
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges" aria-hidden="true">`+
		`<path fill="#fff" d="M0 0h%dv%dH0z"/><path fill="#000" d="%s"/></svg>`, size, size, size, size, path.String()), nil
}

// QRPNG draws a text as a PNG image. Fault: TooLarge.
func QRPNG(text string) ([]byte, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return nil, fault.New("bankid.QRPNG", fault.TooLarge, err)
	}
	return code.PNG(), nil
}
