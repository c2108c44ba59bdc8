ALTER TABLE `models` ADD `card` text DEFAULT '' NOT NULL;--> statement-breakpoint
CREATE INDEX `uploads_owner` ON `uploads` (`owner`);