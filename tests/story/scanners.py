"""What link previews and mail scanners call themselves, from their owners' pages.

Sources: Slack's "Slack robots", X's "Getting started with cards", Meta's "Web
crawlers", LinkedIn's and Discord's and Telegram's crawlers as their requests show
them, Microsoft's "Safe Links" and URL previews, Google's and Bing's and Apple's
documented crawlers, and the defaults of the libraries.
"""

_CHROME = "AppleWebKit/537.36 (KHTML, like Gecko)"
SCANNERS = (
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Slack-ImgProxy (+https://api.slack.com/robots)",
    "Twitterbot/1.0",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    (
        "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient "
        "+http://www.linkedin.com)"
    ),
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "TelegramBot (like TwitterBot)",
    "WhatsApp/2.24.20.89 A",
    (
        "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 "
        "skype-url-preview@microsoft.com"
    ),
    "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17726; Pro)",
    "Mozilla/4.0 (compatible; ms-office; MSOffice 16)",
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like "
        "Gecko) Teams/1.5.00.10453 Chrome/85.0.4183.121 Electron/10.4.7 Safari/537.36"
    ),
    (
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_CHROME} Chrome/120.0.0.0 "
        "Safari/537.36 Edg/120.0.0.0 SafeLinks"
    ),
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Microsoft-Defender-URLScanner",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, "
        "like Gecko) Version/17.4 Safari/605.1.15 (Applebot/0.1; "
        "+http://www.apple.com/go/applebot)"
    ),
    "BarracudaCentral/1.0 (Barracuda Sentinel; EE)",
    "Mozilla/5.0 (compatible; Proofpoint URL Defense)",
    "Mimecast/1.0 (URL Protect)",
    "Iframely/1.3.1 (+https://iframely.com/docs/about)",
    "Mozilla/5.0 (compatible; Embedly/0.2; +http://support.embed.ly/)",
    "curl/8.5.0",
    "python-requests/2.32.3",
    f"Mozilla/5.0 (X11; Linux x86_64) {_CHROME} HeadlessChrome/131.0.0.0 Safari/537.36",
)
