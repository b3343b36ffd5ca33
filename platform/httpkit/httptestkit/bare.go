package httptestkit

import "github.com/gofiber/fiber/v2"

// Bare answers every request with the same bytes and does nothing else: what a page's cost is compared with.
func Bare(body []byte) *fiber.App {
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Use(func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
		return c.Send(body)
	})
	return app
}
