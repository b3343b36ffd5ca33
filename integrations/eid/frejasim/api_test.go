package frejasim_test

import (
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The protocol's own rules, asked with a plain HTTP client: what the real Freja would refuse is refused here.
func TestAPIRefuses(t *testing.T) {
	h := open(t)
	f := h.sim.Files()
	pair, err := tls.LoadX509KeyPair(f.Certificate, f.Key)
	if err != nil {
		t.Fatal(err)
	}
	transport := h.api.Client().Transport.(*http.Transport).Clone()
	transport.TLSClientConfig.Certificates = []tls.Certificate{pair}
	transport.TLSClientConfig.InsecureSkipVerify = true // the client's own trust is tested elsewhere
	rp := &http.Client{Transport: transport}
	const (
		initAuth, initSign = "/authentication/1.0/initAuthentication", "/sign/1.0/initSignature"
		anybody            = `"userInfoType":"INFERRED","userInfo":"N/A","minRegistrationLevel":"PLUS"`
		text               = `"dataToSignType":"SIMPLE_UTF8_TEXT","signatureType":"SIMPLE","dataToSign":{"text":"aGVq"}`
	)
	ssn := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	in := func(d time.Duration) string { return strconv.FormatInt(h.clock.Now().Add(d).UnixMilli(), 10) }
	for _, c := range []struct {
		name, path, parameter, body string
		code                        int // 0 for well
	}{
		{"well", initAuth, "initAuthRequest", `{` + anybody + `}`, 0},
		{"well, sign", initSign, "initSignRequest", `{` + anybody + `,` + text + `,"expiry":` + in(3*time.Minute) + `}`, 0},
		{"wrong parameter", initAuth, "initSignRequest", `{` + anybody + `}`, 1010},
		{"not JSON", initAuth, "initAuthRequest", `{`, 1010},
		{"escaped letters", initAuth, "initAuthRequest", `{"x":"\u00e5",` + anybody + `}`, 1010},
		{"nobody", initAuth, "initAuthRequest", `{}`, 1001},
		{"anybody by name", initAuth, "initAuthRequest", `{"userInfoType":"INFERRED","userInfo":"x"}`, 1002},
		{"number not wrapped", initAuth, "initAuthRequest", `{"userInfoType":"SSN","userInfo":"199001012385"}`, 1002},
		{"a stranger", initAuth, "initAuthRequest", `{"userInfoType":"SSN","userInfo":"` + ssn(`{"country":"SE","ssn":"198403122388"}`) + `"}`, 1012},
		{"unknown level", initAuth, "initAuthRequest", `{"userInfoType":"INFERRED","userInfo":"N/A","minRegistrationLevel":"TOP"}`, 1007},
		{"number of those who only have an address", initAuth, "initAuthRequest", `{"userInfoType":"INFERRED","userInfo":"N/A","attributesToReturn":[{"attribute":"SSN"}]}`, 2002},
		{"the same at signing", initSign, "initSignRequest", `{"userInfoType":"INFERRED","userInfo":"N/A","attributesToReturn":[{"attribute":"SSN"}],` + text + `}`, 3005},
		{"nothing to sign", initSign, "initSignRequest", `{` + anybody + `}`, 3001},
		{"type and data differ", initSign, "initSignRequest", `{` + anybody + `,"dataToSignType":"EXTENDED_UTF8_TEXT","signatureType":"EXTENDED","dataToSign":{"text":"aGVq"}}`, 3001},
		{"types differ", initSign, "initSignRequest", `{` + anybody + `,"dataToSignType":"SIMPLE_UTF8_TEXT","signatureType":"EXTENDED","dataToSign":{"text":"aGVq"}}`, 3002},
		{"no type", initSign, "initSignRequest", `{` + anybody + `,"dataToSign":{"text":"aGVq"}}`, 3000},
		{"a minute", initSign, "initSignRequest", `{` + anybody + `,` + text + `,"expiry":` + in(time.Minute) + `}`, 3003},
		{"an hour for anybody", initSign, "initSignRequest", `{` + anybody + `,` + text + `,"expiry":` + in(time.Hour) + `}`, 3003},
		{"half a notice", initSign, "initSignRequest", `{` + anybody + `,` + text + `,"pushNotification":{"title":"x"}}`, 3004},
		{"long title", initSign, "initSignRequest", `{` + anybody + `,` + text + `,"title":"` + strings.Repeat("x", 129) + `"}`, 3007},
		{"no such order", "/sign/1.0/getOneResult", "getOneSignResultRequest", `{"signRef":"x"}`, 1100},
		{"cancel no such order", "/authentication/1.0/cancel", "cancelAuthRequest", `{"authRef":"x"}`, 1100},
	} {
		t.Run(c.name, func(t *testing.T) {
			body := c.parameter + "=" + base64.StdEncoding.EncodeToString([]byte(c.body))
			p := read(t)(rp.Post(h.api.URL+c.path, "application/json", strings.NewReader(body)))
			var got struct {
				Code             *int
				AuthRef, SignRef string
			}
			if err := json.Unmarshal([]byte(p.body), &got); err != nil {
				t.Fatalf("got %d %s", p.status, p.body)
			}
			well := p.status == 200 && got.Code == nil && got.AuthRef+got.SignRef != ""
			if c.code == 0 && !well || c.code != 0 && (p.status != 422 || got.Code == nil || *got.Code != c.code) {
				t.Fatalf("got %d %s", p.status, p.body)
			}
		})
	}
	transport = transport.Clone()
	transport.TLSClientConfig.Certificates = nil
	if _, err := (&http.Client{Transport: transport}).Post(h.api.URL+initAuth, "application/json", strings.NewReader("")); err == nil {
		t.Fatal("let in without a certificate")
	}
}
