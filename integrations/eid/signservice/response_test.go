package signservice

import (
	"errors"
	"strings"
	"testing"

	"samtjanst/platform/signing/evidence"
)

const success = `<r:SignResponse xmlns:r="urn:oasis:names:tc:dss:1.0:core:schema" xmlns:c="http://id.elegnamnden.se/csig/1.1/dss-ext/ns" xmlns:s="urn:oasis:names:tc:SAML:2.0:assertion" RequestID="x" Profile="p">` +
	`<r:Result><r:ResultMajor>urn:oasis:names:tc:dss:1.0:resultmajor:Success</r:ResultMajor></r:Result><r:OptionalOutputs><c:SignResponseExtension Version="1.5">` +
	`<c:ResponseTime>2026-03-04T10:11:12.345+01:00</c:ResponseTime><c:SignerAssertionInfo><c:ContextInfo><c:IdentityProvider>idp</c:IdentityProvider>` +
	`<c:AuthenticationInstant>2026-03-04T10:11:00Z</c:AuthenticationInstant><s:AuthnContextClassRef>loa</s:AuthnContextClassRef><c:AssertionRef>_a</c:AssertionRef></c:ContextInfo>` +
	`<s:AttributeStatement><s:Attribute Name="urn:oid:1.2.752.29.4.13"><s:AttributeValue xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">199001012385</s:AttributeValue></s:Attribute></s:AttributeStatement></c:SignerAssertionInfo>` +
	`<c:SignatureCertificateChain><c:X509Certificate>AAAA
BBBB</c:X509Certificate></c:SignatureCertificateChain></c:SignResponseExtension></r:OptionalOutputs><r:SignatureObject><r:Other><c:SignTasks>` +
	`<c:SignTaskData SignTaskId="1" SigType="XML" AdESType="BES"><c:ToBeSignedBytes>AAAA</c:ToBeSignedBytes><c:AdESObject><c:SignatureId>sig</c:SignatureId>` +
	`<c:AdESObjectBytes>BBBB</c:AdESObjectBytes></c:AdESObject><c:Base64Signature>CCCC</c:Base64Signature></c:SignTaskData></c:SignTasks></r:Other></r:SignatureObject></r:SignResponse>`

// What the service has signed is still read with care: a part twice has no meaning, and a success has all its parts.
func TestParseResponse(t *testing.T) {
	r, err := parseResponse([]byte(success))
	if err != nil || r.complete("sig", "alg") != nil || r.number != "199001012385" || len(r.certificates) != 1 || len(r.certificates[0]) != 6 ||
		r.at.Format("15:04:05.000") != "09:11:12.345" {
		t.Fatalf("got %+v, %v", r, err)
	}
	for name, edit := range map[string][2]string{
		"another version":       {`Version="1.5"`, `Version="1.1"`},
		"no version":            {` Version="1.5"`, ``},
		"no assertion":          {`<c:AssertionRef>_a</c:AssertionRef>`, ``},
		"no number":             {`urn:oid:1.2.752.29.4.13`, `urn:oid:2.5.4.42`},
		"no attributes":         {`s:AttributeStatement>`, `s:Other>`},
		"no certificates":       {`c:SignatureCertificateChain>`, `c:Chain>`},
		"no tasks":              {`c:SignTasks>`, `c:Tasks>`},
		"two tasks":             {`</c:SignTaskData>`, `</c:SignTaskData><c:SignTaskData/>`},
		"no signature":          {`<c:Base64Signature>CCCC</c:Base64Signature>`, ``},
		"another task":          {`SignTaskId="1"`, `SignTaskId="2"`},
		"a PDF":                 {`SigType="XML"`, `SigType="PDF"`},
		"without XAdES":         {` AdESType="BES"`, ``},
		"another signature":     {`<c:SignatureId>sig<`, `<c:SignatureId>gis<`},
		"another algorithm":     {`<c:Base64Signature>`, `<c:Base64Signature Type="other">`},
		"not base64":            {`CCCC`, `C`},
		"no time":               {`2026-03-04T10:11:12.345+01:00`, ``},
		"a time without a zone": {`2026-03-04T10:11:00Z`, `2026-03-04T10:11:00`},
		"two times":             {`<c:ResponseTime>`, `<c:ResponseTime>x</c:ResponseTime><c:ResponseTime>`},
		"two numbers":           {`</s:AttributeStatement>`, `<s:Attribute Name="urn:oid:1.2.752.29.4.13"><s:AttributeValue>1</s:AttributeValue></s:Attribute></s:AttributeStatement>`},
		"an element in a value": {`>loa<`, `>l<x/>oa<`},
		"no result":             {`<r:Result>`, `<r:Result xmlns:r="urn:x">`},
	} {
		changed := strings.ReplaceAll(success, edit[0], edit[1])
		if changed == success {
			t.Fatalf("%s: nothing was changed", name)
		}
		r, err := parseResponse([]byte(changed))
		if err == nil {
			err = r.complete("sig", "alg")
		}
		if code := evidence.CodeOf(err); code != evidence.Structure && code != evidence.Algorithm {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParseResponse(f *testing.F) {
	f.Add(success)
	f.Add(`<x/>`)
	f.Fuzz(func(t *testing.T, content string) {
		var failure *evidence.Failure
		if _, err := parseResponse([]byte(content)); err != nil && !errors.As(err, &failure) {
			t.Fatalf("an error without a code: %v", err)
		}
	})
}

// Codes from outside are told by what is known of them.
func TestMessages(t *testing.T) {
	const major = "urn:oasis:names:tc:dss:1.0:resultmajor:"
	for _, c := range []struct{ major, minor, message, hint string }{
		{major + "RequesterError", minorExpired, "RFA8", "status-req-expired"},
		{major + "RequesterError", "urn:x:new", "RFA5", "status-new"},
		{major + "InsufficientInformation", "", "RFA22", "status-InsufficientInformation"},
		{major + "ResponderError", "urn:x:199001012385\n", "RFA5", "status--------------"},
		{"", strings.Repeat("x", 1000), "RFA22", "status-" + strings.Repeat("x", 40)},
	} {
		if m, h := failedMessage(c.major, c.minor), hint(c.major, c.minor); string(m) != c.message || h != c.hint {
			t.Errorf("%s %s: %s %q", c.major, c.minor, m, h)
		}
	}
}
