package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const good = `
baseURL: https://e.exempel.se
municipalities: kommuner
bankid: {certificate: rp.pem, key: rp.key, serverRoots: server.pem, roots: roots.pem}
navet: {baseURL: https://api.skatteverket.se, tokenURL: https://sysorgoauth2.skatteverket.se/oauth2/v1/sysorg/token, tokenID: id,
  tokenSecret: env:SAMTJANST_TEST_SECRET, gatewayID: g, gatewaySecret: s, organisation: "162021004748", order: 00000236-FO01-0001, certFile: o.pem, keyFile: o.key}
mail: {host: smtp.exempel.se, port: 587, from: noreply@exempel.se}
bolagsverket: {baseURL: https://gw.api.bolagsverket.se/vardefulla-datamangder/v1, tokenURL: https://portal.api.bolagsverket.se/oauth2/token, clientID: c, clientSecret: s}
lantmateriet: {addressURL: https://api.lantmateriet.se/distribution/produkter/belagenhetsadress/v4.2, tokenURL: https://apimanager.lantmateriet.se/oauth2/token, clientID: lm, clientSecret: s}
sms: {url: https://sms.exempel.se/v1, token: t}
handover:
  - {municipality: exempel, target: transport, folder: /srv/ut, inbox: /srv/in, authority: barn-och-utbildning}
`

func load(t *testing.T, text string) (Config, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "samtjanst.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Load(file)
}

func TestLoad(t *testing.T) {
	t.Setenv("SAMTJANST_TEST_SECRET", "hemligt")
	c, err := load(t, good)
	if err != nil {
		t.Fatal(err)
	}
	if c.Navet.TokenSecret != "hemligt" {
		t.Error("a secret is not taken from the environment")
	}
	if c.Listen != ":8080" || c.Uploads.Count != 10 || c.Posted.Values != 4000 {
		t.Errorf("defaults: %q %d", c.Listen, c.Uploads.Count)
	}
	if !filepath.IsAbs(c.Municipalities) || filepath.Base(c.Municipalities) != "kommuner" || c.Handover[0].Folder != "/srv/ut" {
		t.Errorf("files: %s %s", c.Municipalities, c.Handover[0].Folder)
	}
}

// A mistake is one line that names the file and the key.
func TestMistakes(t *testing.T) {
	for name, c := range map[string]struct{ from, to, want string }{
		"unknown key":       {"municipalities:", "municipaliteis:", "municipaliteis"},
		"not YAML":          {"baseURL: https", "baseURL: [https", "line"},
		"http":              {"https://e.exempel.se", "http://e.exempel.se", "baseURL"},
		"path":              {"https://e.exempel.se", "https://e.exempel.se/e", "baseURL"},
		"no municipalities": {"municipalities: kommuner", "", "municipalities"},
		"empty variable":    {"env:SAMTJANST_TEST_SECRET", "env:SAMTJANST_NO_SUCH", "navet.tokenSecret"},
		"posted":            {"municipalities:", "posted: {values: 20000}\nmunicipalities:", "posted"},
		"staff logins":      {"municipalities:", "staffLogins: {exempel: [{id: kort, title: {sv: Kort}}]}\nmunicipalities:", "staffLogins: exempel"},
		"posted nothing":    {"municipalities:", "posted: {kB: 0}\nmunicipalities:", "posted"},
		"bankid":            {"certificate: rp.pem", "certificate: \"\"", "bankid"},
		"navet":             {"certFile: o.pem, ", "", "navet"},
		"bolagsverket":      {"clientID: c", "clientID: ''", "bolagsverket"},
		"lantmateriet":      {"clientID: lm", "clientID: ''", "lantmateriet"},
		"mail":              {"port: 587", "port: 99999", "mail"},
		"sms":               {"token: t", "token: \"\"", "sms"},
		"store":             {"municipalities:", "store: postgres://x\nmunicipalities:", "store"},
		"uploads":           {"municipalities:", "uploads: {fileMB: 50, totalMB: 10, count: 1}\nmunicipalities:", "uploads"},
		"both targets":      {"folder: /srv/ut", "folder: /srv/ut, webhook: {url: https://x, secret: s}", "handover 1"},
		"inbox alone":       {", authority: barn-och-utbildning", "", "handover 1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("SAMTJANST_TEST_SECRET", "hemligt")
			if !strings.Contains(good, c.from) {
				t.Fatalf("the good configuration has no %q", c.from)
			}
			_, err := load(t, strings.Replace(good, c.from, c.to, 1))
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "samtjanst.yaml") || strings.Contains(err.Error(), "\n") {
				t.Errorf("got: %v", err)
			}
		})
	}
}
