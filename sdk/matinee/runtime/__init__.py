"""The asyncio shell: carries out what the core decides, over aiohttp, threads and disk; decides nothing itself."""
