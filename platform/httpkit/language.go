package httpkit

import (
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"samtjanst/renderer/i18n"
)

// LangCookie remembers the language somebody chose.
const LangCookie = "__Host-lang"

// LangQuery is how a language is chosen: ?lang=en on any page.
const LangQuery = "lang"

// language is what the reader chose, else what the browser asks for.
func (k *Kit) language(c *fiber.Ctx) string {
	if k.Texts == nil {
		return i18n.Default
	}
	have := k.Texts.Languages()
	if l := c.Query(LangQuery); l != "" && slices.Contains(have, l) {
		l = strings.Clone(l)
		if c.Cookies(LangCookie) != l {
			setCookie(c, LangCookie, l, 365*24*time.Hour)
		}
		return l
	}
	if l := c.Cookies(LangCookie); l != "" && slices.Contains(have, l) {
		return strings.Clone(l)
	}
	return k.Texts.Negotiate(c.Get(fiber.HeaderAcceptLanguage))
}
