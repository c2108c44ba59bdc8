// The small menu at the end of a row.

import { ActionIcon, Menu } from '@mantine/core'
import { Icon } from './icons.tsx'

export function RowMenu({
  label,
  items,
}: {
  label: string
  items: readonly {
    readonly label: string
    readonly icon: 'edit' | 'trash'
    readonly danger?: boolean
    readonly run: () => void
  }[]
}) {
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon className="row-menu" variant="subtle" color="gray" size="sm" aria-label={label}>
          <Icon name="more" size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {items.map(({ label: text, icon, danger, run }) => (
          <Menu.Item
            key={text}
            leftSection={<Icon name={icon} size={15} />}
            {...(danger === true && { color: 'red' })}
            onClick={run}
          >
            {text}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
